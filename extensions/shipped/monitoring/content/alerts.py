"""What is wrong on a machine when figures say so for long."""

from collections.abc import Mapping
from typing import Any

#: By name: the expression, for how long, and what people read behind the machine's name. {label} is one of its labels.
#: A disk that is mounted at several places is told once.
_ONE_PLACE = "max by (instance, device, fstype)"
ALERTS = {
    "FileSystemFull": (f"{_ONE_PLACE} (1 - node_filesystem_avail_bytes / node_filesystem_size_bytes) > 0.95", "10m",
                       "{device} ({fstype}) is nearly full"),
    "FileSystemReadOnly": (f"{_ONE_PLACE} (node_filesystem_readonly) == 1", "10m", "{device} ({fstype}) takes no writing"),
    # Jobs may have nearly all memory of their nodes.
    "MemoryShort": ('node_memory_MemAvailable_bytes{job="node"} / node_memory_MemTotal_bytes < 0.01 '
                    'or node_memory_MemAvailable_bytes{job="head"} / node_memory_MemTotal_bytes < 0.05', "10m",
                    "nearly all memory is in use"),
    "MemoryErrors": ("node_edac_uncorrectable_errors_total > 0", "0s",
                     "its memory had errors that could not be corrected, since its start"),
    "MemoryWears": ("increase(node_edac_correctable_errors_total[24h]) > 1000", "0s",
                    "its memory had more than 1000 errors in a day, which were corrected"),
    "NetworkErrors": ("rate(node_network_receive_errs_total[10m]) > 1", "10m", "{device} receives with errors"),
    # Beside the clock of the head, at the time of the question.
    "ClockOff": ("abs(node_time_seconds - timestamp(node_time_seconds)) > 2", "5m",
                 "its clock is off by more than two seconds"),
    # Boards have 0 where they know no limit.
    "Hot": ("node_hwmon_temp_celsius > node_hwmon_temp_crit_celsius and node_hwmon_temp_crit_celsius > 0", "5m",
            "{chip} is hotter than it may be"),
    "MusterFiguresOld": ('time() - node_textfile_mtime_seconds{job="head"} > 300 or absent(muster_nodes)', "10m",
                         "the figures of Muster are missing"),
}


def rules() -> dict[str, Any]:
    """As Prometheus reads them."""
    return {"groups": [{"name": "monitoring", "rules": [
        {"alert": name, "expr": expression, "for": time} for name, (expression, time, _) in ALERTS.items()]}]}


def words(labels: Mapping[str, str]) -> str:
    """An alert for people. Somebody else's rule has its name only."""
    name = labels.get("alertname", "an alert")
    _, _, text = ALERTS.get(name, ("", "", name))
    for label, value in labels.items():
        text = text.replace(f"{{{label}}}", value)
    return f"{labels.get('instance', 'the cluster')}: {text}"
