"""Prometheus on the head, and the node exporter on head and nodes."""

import json
import re
import time
from pathlib import Path
from typing import Any

import alerts
import muster

PLACE = "/etc/monitoring"
EXPORTER = "prometheus-node-exporter.service"
EXPORTER_ARGUMENTS = "/etc/default/prometheus-node-exporter"
EXPORTER_PORT = 9100
#: What a node tells of itself: what people look at, and little that grows with the number of programs.
COLLECTORS = ("cpu", "diskstats", "edac", "filesystem", "hwmon", "infiniband", "loadavg", "meminfo", "netdev", "nfs",
              "pressure", "stat", "thermal_zone", "time", "timex", "uname", "vmstat")
#: File systems that programs write to, also those in memory. One of another machine is that machine's.
NO_FILE_SYSTEMS = ("autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|efivarfs|fuse.*|fusectl|hugetlbfs|"
                   "iso9660|mqueue|nfs.*|nsfs|proc|pstore|ramfs|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs")
NO_PLACES = "dev|proc|run|sys"
#: What one machine may tell: whoever has its port may not fill the memory of the head.
LIMITS = {"sample_limit": 20_000, "body_size_limit": "16MB", "label_value_length_limit": 400}
#: Older alerts say nothing: what writes them every half minute does not work.
ALERTS_ARE_OLD = 300
MOST_PROBLEMS = 20
MOST_WORDS = 400
#: The pages of Debian's Prometheus.
PAGE = "http://127.0.0.1:9090/classic/alerts"


def configure(context: muster.Context) -> muster.Steps:
    return muster.Steps(node=_node_steps(context), head=_head_steps(context))


def _exporter_arguments(address: str, more: str = "") -> muster.File:
    chosen = " ".join(f"--collector.{name}" for name in COLLECTORS)
    places = (f"--collector.filesystem.fs-types-exclude=^({NO_FILE_SYSTEMS})$ "
              f"--collector.filesystem.mount-points-exclude=^/({NO_PLACES})($|/)")
    # What nobody looks at would be a third of all.
    less = "--web.disable-exporter-metrics --collector.disable-defaults --no-collector.cpu.guest"
    text = f'ARGS="--web.listen-address={address}:{EXPORTER_PORT} {less} {chosen} {places}{more}"\n'
    return muster.File(EXPORTER_ARGUMENTS, text)


def _node_steps(context: muster.Context) -> list[muster.Step]:
    only_the_head = f"[Service]\nIPAddressDeny=any\nIPAddressAllow=localhost {context.cluster.head.address}\n"
    drop_in = f"/etc/systemd/system/{EXPORTER}.d/monitoring.conf"
    return [_exporter_arguments(""), muster.File(drop_in, only_the_head), muster.Unit(EXPORTER),
            muster.Service(EXPORTER, watches=[EXPORTER_ARGUMENTS, drop_in])]


def _head_steps(context: muster.Context) -> list[muster.Step]:
    textfile = f" --collector.textfile --collector.textfile.directory={context.extension.data}/textfile"
    files = {"prometheus.yml": _prometheus(context), "rules.yml": alerts.rules(), "nodes.json": _targets(context)}
    steps: list[muster.Step] = [
        # Debian's own would take the port.
        muster.Unit("prometheus.service", enabled=False), muster.Service("prometheus.service", running=False),
        _exporter_arguments("127.0.0.1", textfile),
        muster.Unit(EXPORTER), muster.Service(EXPORTER, watches=[EXPORTER_ARGUMENTS]),
        muster.Directory(PLACE), muster.File(f"{PLACE}/arguments", _arguments(context))]
    # JSON is YAML.
    steps += [muster.File(f"{PLACE}/{name}", json.dumps(content, indent=1) + "\n") for name, content in files.items()]
    for unit in ("monitoring.service", "monitoring-figures.service", "monitoring-figures.timer"):
        steps.append(muster.UnitFile(unit))
    # Prometheus sees by itself when nodes.json is another.
    watched = [f"{PLACE}/{name}" for name in ("arguments", "prometheus.yml", "rules.yml")]
    return [*steps, muster.Unit("monitoring.service"), muster.Service("monitoring.service", watches=watched),
            muster.Unit("monitoring-figures.timer"), muster.Service("monitoring-figures.timer")]


def _arguments(context: muster.Context) -> str:
    settings = context.settings
    address = "0.0.0.0" if settings["open"] else "127.0.0.1"
    return (f"ARGUMENTS=--web.listen-address={address}:9090 --storage.tsdb.retention.time={settings['keep_days']}d "
            f"--storage.tsdb.retention.size={settings['keep_megabytes']}MB\n")


def _prometheus(context: muster.Context) -> dict[str, Any]:
    interval = f"{context.settings['interval_seconds']}s"
    alertmanager = str(context.settings["alertmanager"])
    if alertmanager and not re.fullmatch(r"[A-Za-z0-9.-]+:[0-9]{1,5}", alertmanager):
        raise ValueError(f"the setting alertmanager is {alertmanager!r}, and must be HOST:PORT")
    head = context.cluster.head.hostname
    settings: dict[str, Any] = {
        "global": {"scrape_interval": interval, "evaluation_interval": "30s",
                   "external_labels": {"cluster": context.cluster.name}},
        "rule_files": [f"{PLACE}/rules.yml"],
        "scrape_configs": [
            {"job_name": "node", "file_sd_configs": [{"files": [f"{PLACE}/nodes.json"]}], **LIMITS},
            {"job_name": "head", "static_configs": [_target(head, "127.0.0.1", EXPORTER_PORT)]},
            {"job_name": "prometheus", "static_configs": [_target(head, "127.0.0.1", 9090)]}]}
    if alertmanager:
        settings["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    return settings


def _target(name: str, address: str, port: int, **labels: str) -> dict[str, Any]:
    return {"targets": [f"{address}:{port}"], "labels": {"instance": name, **labels}}


def _targets(context: muster.Context) -> list[dict[str, Any]]:
    # One that waits for its address cannot be asked.
    return [_target(node.name, node.address, EXPORTER_PORT, profile=node.profile) for node in context.cluster.nodes
            if node.address]


def health(context: muster.Context) -> list[muster.Problem]:
    file = Path(context.extension.data) / "alerts.json"
    now = time.time()
    since = context.values.get("without_alerts_since")
    try:
        firing, age = json.loads(file.read_text(encoding="utf-8")), now - file.stat().st_mtime
    except FileNotFoundError:
        # One that was just installed, or whose head has just started, is given time.
        if since is None or since < now - time.clock_gettime(time.CLOCK_BOOTTIME):
            context.values.put(without_alerts_since=now)
            since = now
        return problems([], now - since)
    if since is not None:
        context.values.remove("without_alerts_since")
    return problems(firing, age)


def problems(firing: list[dict[str, Any]], age: float) -> list[muster.Problem]:
    """What Prometheus finds wrong. ``age``: seconds since it was asked."""
    if age > ALERTS_ARE_OLD:
        return [muster.Problem(f"nobody knew the alerts of Prometheus for {age / 60:.0f} minutes",
                               "'systemctl status monitoring monitoring-figures' says why")]
    # Two parts of a machine may have one trouble.
    words = sorted({alerts.words(each["metric"])[:MOST_WORDS] for each in firing if "alertname" in each["metric"]})
    found = [muster.Problem(each, f"{PAGE} on the head has more") for each in words[:MOST_PROBLEMS]]
    if len(words) > MOST_PROBLEMS:
        found.append(muster.Problem(f"there are {len(words) - MOST_PROBLEMS} more alerts", f"{PAGE} on the head has all"))
    return found
