"""A head behind its real nginx, with nodes that come by TLS: tls_head.py MUSTERD NODES, in a network namespace of its own.
Prints what it measured, a JSON list of name, value and unit on each line."""

import asyncio
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

# The path above must be set first.
from bench.load import SOME, WATCHERS, run_true, watched  # noqa: E402
from bench.simulated import NEWCOMER, Client, make_nodes  # noqa: E402
from bench.slow_disk import SlowDisk  # noqa: E402
from tests.musterd.actors import certificate_request  # noqa: E402
from tests.musterd.daemon import Musterd  # noqa: E402

CONFIGURATION = "/etc/muster/nginx.conf"
PROCESSES = 4
# What nodes do takes no longer.
MOST_SECONDS = 900


def lay_wire():
    """Every address of the cluster's network is one of this machine's."""
    for words in (["link", "set", "lo", "up"], ["address", "add", "10.42.0.1/32", "dev", "lo"],
                  ["route", "add", "local", "10.42.0.0/16", "dev", "lo"]):
        subprocess.run(["ip", *words], check=True)


class Nginx:
    """Owns: the process, with the configuration of the head's own plan in a directory of the bench."""

    def __init__(self, place, text):
        (place / "nginx").mkdir()
        file = place / "nginx.conf"
        file.write_text(text.replace("/run/muster-nginx", str(place / "nginx")), encoding="utf-8")
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.log = open(place / "nginx.log", "wb")
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "nginx", "-e", "stderr", "-c", file, "-g",
             f"daemon off; user root; worker_rlimit_nofile {most};"], stderr=self.log)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Crowd:
    """Owns: the processes with the nodes."""

    def __init__(self, place, count):
        step = -(-count // PROCESSES)
        self.spans = [(first, min(step, count - first)) for first in range(0, count, step)]
        self.place = place
        self.processes = []
        # How often nodes were told to ask again.
        self.again = 0

    async def start(self):
        for first, count in self.spans:
            self.processes.append(await asyncio.create_subprocess_exec(
                "setpriv", "--pdeathsig", "KILL", sys.executable, pathlib.Path(__file__).with_name("tls_nodes.py"),
                self.place, str(first), str(count), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE))

    async def tell(self, word):
        """Until all nodes have done it."""
        for process in self.processes:
            process.stdin.write(f"{word}\n".encode())

        async def answered(process):
            did, _, again = (await process.stdout.readline()).decode().partition(" ")
            if did != word:
                raise RuntimeError("nodes are lost; their lines above say why")
            return int(again)

        async with asyncio.timeout(MOST_SECONDS):
            self.again = sum(await asyncio.gather(*map(answered, self.processes)))

    async def stop(self):
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


def record(name, value, unit):
    print(json.dumps([name, value, unit]), flush=True)


async def measure(daemon, place, count):
    admin = Client(daemon.socket("api"), 4).grant
    steps = json.loads(await admin("GET", "/v1/plan/head"))["steps"]
    nodes = make_nodes(count)
    await admin("POST", "/v1/nodes/import",
                {"nodes": [{"name": node.name, "address": node.address, "mac": node.mac} for node in nodes]})
    crowd = Crowd(place, count)
    nginx = Nginx(place, next(step["content"] for step in steps if step.get("path") == CONFIGURATION))
    try:
        await crowd.start()
        start = time.monotonic()
        await crowd.tell("boot")
        record("boot: nodes a second, discovery to ready", round(count / (time.monotonic() - start)), "1/s")
        await crowd.tell("listen")
        for some in sorted({min(SOME, count), count}):
            seconds = await run_true(admin, [node.name for node in nodes[:some]])
            record(f"exec: true on {some} nodes, known after", round(seconds, 2), "s")
        start = time.monotonic()
        await admin("POST", "/v1/users", {"name": NEWCOMER, "ssh_keys": []})
        await crowd.tell("hold")
        record(f"user add: held by {count} nodes after", round(time.monotonic() - start, 1), "s")
        rate = await watched(daemon.socket("api"), crowd.tell("report"), count)
        record(f"changes: events a second, each to {WATCHERS} watchers", round(rate), "1/s")
        record("times that a node was told to ask again", crowd.again, "times")
    finally:
        nginx.stop()
        await crowd.stop()


def main(program, count):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    lay_wire()
    with tempfile.TemporaryDirectory(prefix="muster-tls") as directory:
        place = pathlib.Path(directory)
        (place / "request.pem").write_text(certificate_request(place / "node.key"), encoding="utf-8")
        disk = SlowDisk(place)
        daemon = Musterd(program, place, policy="closed", environment=disk.environment())
        with daemon:
            daemon.start()
            daemon.wait_until_ready()
            try:
                asyncio.run(measure(daemon, place, count))
            except BaseException:
                log = place / "nginx.log"
                if log.exists():
                    print(log.read_text(encoding="utf-8", errors="replace")[-2000:], file=sys.stderr)
                raise
            daemon.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
