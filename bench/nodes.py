"""Ten thousand nodes in one registry: imported, listed, booted from."""

import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from bench.boots import boot_rate
from bench.figures import MUSTER, MUSTERD, ROOT, timed

NODES = 10_000
NGINX = """daemon off; pid {dir}/nginx.pid; error_log stderr crit; user root;
events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
server {{ listen 127.0.0.1:8099; location / {{ proxy_pass http://unix:/run/musterd/node.sock:;
proxy_set_header X-Muster-Address $remote_addr; }} }} }}
"""


def wait_for(path, process):
    """Until a socket is there; the daemon makes it within seconds or ends."""
    for _ in range(600):
        if path.exists():
            return
        if process.poll() is not None:
            raise RuntimeError("musterd ended")
        time.sleep(0.05)
    raise RuntimeError(f"no {path}")


def api(method, page, body):
    """One request to the administrators' socket."""
    return timed("curl", "-sS", "--fail", "-X", method, "--unix-socket", "/run/musterd/api.sock",
                 f"http://muster{page}", "--data-binary", "@-", "-H",
                 "Content-Type: application/json", input=json.dumps(body))


def start_daemon(place):
    """A musterd on a medium that holds one image's manifest only."""
    manifest = pathlib.Path(place, "medium/muster/image/compute")
    manifest.mkdir(parents=True)
    pathlib.Path(place, "medium/live").mkdir()
    pathlib.Path(place, "medium/live/vmlinuz").write_text("x", encoding="utf-8")
    file = {"file": "live/vmlinuz", "size": 1, "sha256": "0" * 64}
    (manifest / "manifest.json").write_text(json.dumps(
        {"name": "compute", "kernel": file, "initrd": file, "layers": [file], "kernel_arguments": []}),
        encoding="utf-8")
    pathlib.Path(place, "head.json").write_text(json.dumps(
        {"interface": "eth0", "live": True, "medium": f"{place}/medium", "home_size": "50%"}),
        encoding="utf-8")
    pathlib.Path("/run/musterd").mkdir(exist_ok=True)
    pathlib.Path(place, "state").mkdir()
    process = subprocess.Popen([MUSTERD, "--spec", ROOT / "cluster.yaml", "--facts", f"{place}/head.json",
                                "--state", f"{place}/state"], stderr=subprocess.DEVNULL)
    wait_for(pathlib.Path("/run/musterd/node.sock"), process)
    return process


def fsync_ms(place):
    """Milliseconds of a small write that is on the disk then; the median of many."""
    times = []
    with open(pathlib.Path(place, "fsync"), "wb", buffering=0) as file:
        for _ in range(101):
            start = time.monotonic()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times.append(time.monotonic() - start)
    return round(statistics.median(times) * 1000, 2)


def processor_seconds(process):
    """What a process has used so far (proc_pid_stat(5))."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def record_boots(figures, daemon, nodes):
    """Boots a second, and how much of a processor the daemon needed: below one, the clients were what was slow."""
    used, start = processor_seconds(daemon), time.monotonic()
    rate = boot_rate(nodes)
    used = (processor_seconds(daemon) - used) / (time.monotonic() - start)
    figures.record(f"boots a second, discovery to certificate, of {NODES} nodes", round(rate), "1/s")
    figures.record("there: processors that the daemon used", round(used, 2), "")


def boot_script_rate(place):
    """Boot scripts a second behind nginx, asked by 32 clients at once."""
    conf = pathlib.Path(place, "nginx.conf")
    conf.write_text(NGINX.format(dir=place), encoding="utf-8")
    nginx = subprocess.Popen(["nginx", "-c", conf])
    try:
        wait_for(pathlib.Path(place, "nginx.pid"), nginx)
        _, said = timed("wrk", "-t1", "-c32", "-d5s",
                        "http://127.0.0.1:8099/boot/node.ipxe?mac=52-54-01-00-10-10")
        return float(next(line.split()[1] for line in said.splitlines() if "Requests/sec" in line))
    finally:
        nginx.terminate()
        nginx.wait()


def run(figures):
    # On a disk, and not in memory: what is answered is on it.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ["MUSTER_CACHE"]) as place, \
         figures.under(fsync_ms=fsync_ms(place)):
        daemon = start_daemon(place)
        try:
            nodes = [{"name": f"n{i:05}", "address": f"10.42.{16 + i // 250}.{1 + i % 250}",
                      "mac": f"52:54:01:00:{i // 256:02x}:{i % 256:02x}"} for i in range(NODES)]
            seconds, _ = api("POST", "/v1/nodes/import", {"nodes": nodes})
            figures.record(f"import of {NODES} nodes", round(seconds, 2), "s", 2)
            listing = sorted(timed(MUSTER, "node", "list")[0] for _ in range(5))
            figures.record(f"muster node list of {NODES} nodes", round(listing[2] * 1000), "ms", 100)
            figures.record(f"boot scripts a second, {NODES} nodes known",
                           round(boot_script_rate(place)), "1/s")
            record_boots(figures, daemon, nodes)
        finally:
            daemon.terminate()
            daemon.wait()
