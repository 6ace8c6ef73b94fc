"""Ten thousand nodes on a head whose disk needs 5 ms for each fsync: they boot, beat and renew, run a command, take over
a new user, and machines that wait are adopted in one command, while administrators look. With MUSTERD_BEFORE, the
path of another musterd, its figures are measured first and compared with."""

import asyncio
import contextlib
import json
import os
import resource
import sys
import tempfile
import time

from bench.figures import MUSTERD, ROOT
from bench.simulated import NEWCOMER, Client, Cluster, Sockets, make_nodes
from bench.slow_disk import SlowDisk
from tests.musterd.actors import certificate_request
from tests.musterd.daemon import Musterd

NODES = 10_000
# Machines without a name that a head remembers.
WAITING = 4_000
AT_ONCE = 64
SECONDS_WITH_ADMINISTRATORS = 20
# Until every node's question is held.
SECONDS_TO_ASK = 15
WATCHERS = 100
# Of how many nodes the time of a command is told beside that of all.
SOME = 1_000
GOALS = {"p99 of a heartbeat": 50, "fsyncs a second": 200}


def p99_ms(seconds):
    """The value that 99 of 100 are not above, in milliseconds."""
    return round(sorted(seconds)[len(seconds) * 99 // 100] * 1000, 1) if seconds else 0.0


async def run_true(admin, names):
    """Seconds until the head knows how a command ended on all these nodes."""
    start, seen = time.monotonic(), 0
    told = json.loads(await admin("POST", "/v1/nodes/exec", {"nodes": names, "command": ["true"]}))
    while True:
        progress = json.loads(await admin("GET", f"/v1/operations/{told['operation']}/progress?seen={seen}"))
        if progress["ended_ms"]:
            assert progress["counts"]["done"] == len(names), progress["counts"]
            return time.monotonic() - start
        seen = progress["version"]


async def watched(socket, reports, count):
    """Events a second that the slowest of many programs saw, which follow while `count` nodes report."""
    seen = [0] * WATCHERS
    follow = set()
    client = Client(socket, WATCHERS)

    async def watch(index):
        page = "/v1/changes?last=1"
        while True:
            status, text = await client.call("GET", page)
            assert status == 200, text[:200]
            answer = json.loads(text)
            seen[index] += len(answer["changes"]) if index in follow else 0
            follow.add(index)
            page = f"/v1/changes?since={answer['next']}"

    watching = [asyncio.create_task(watch(index)) for index in range(WATCHERS)]

    async def until(is_so):
        while not is_so():
            for task in watching:
                if task.done():
                    task.result()
            await asyncio.sleep(0.02)

    await until(lambda: len(follow) == WATCHERS)
    start = time.monotonic()
    await reports
    await until(lambda: min(seen) >= count)
    seconds = time.monotonic() - start
    for task in watching:
        task.cancel()
    return min(seen) / seconds


class Bench:
    """One head under load. `values` has the figures: name to value and unit."""

    def __init__(self, program, place, nodes):
        self.disk = SlowDisk(place)
        self.daemon = Musterd(program, place, policy="closed", environment=self.disk.environment())
        self.count = nodes
        self.api = None
        self.cluster = None
        # Of the prober's heartbeats since the phase began.
        self.beat_seconds = []
        self.values = {}

    def record(self, name, value, unit):
        self.values[name] = (value, unit)

    @contextlib.asynccontextmanager
    async def phase(self, name):
        """Counts requests, fsyncs and heartbeats of what is done inside."""
        cluster = self.cluster
        self.beat_seconds.clear()
        requests, syncs, start = cluster.requests, self.disk.syncs(), time.monotonic()
        yield
        seconds = time.monotonic() - start
        cluster.check()
        self.record(f"{name}: requests a second", round((cluster.requests - requests) / seconds), "1/s")
        self.record(f"{name}: fsyncs a second", round((self.disk.syncs() - syncs) / seconds), "1/s")
        self.record(f"{name}: p99 of a heartbeat", p99_ms(self.beat_seconds), "ms")

    async def look(self):
        """An administrator who lists all nodes again and again."""
        while True:
            await self.api.grant("GET", "/v1/nodes")
            await asyncio.sleep(1)

    async def probe(self):
        """One node more, whose heartbeats are timed until it is cancelled."""
        node = make_nodes(self.count + WAITING + 1)[-1]
        await self.give_names([node])
        await self.cluster.enrol(node)
        process = await asyncio.create_subprocess_exec(
            sys.executable, ROOT / "bench/prober.py", self.daemon.socket("node"), node.address, *node.certificate,
            stdout=asyncio.subprocess.PIPE)
        return process, asyncio.create_task(self._take_beats(process))

    async def _take_beats(self, process):
        while line := await process.stdout.readline():
            self.beat_seconds.append(float(line))

    async def give_names(self, nodes):
        body = {"nodes": [{"name": node.name, "address": node.address, "mac": node.mac} for node in nodes]}
        await self.api.grant("POST", "/v1/nodes/import", body)

    async def boots(self):
        await self.give_names(self.cluster.nodes)
        async with self.phase("boot"):
            start = time.monotonic()
            await self.cluster.all(self.cluster.boot, AT_ONCE)
            self.record("boot: nodes a second, discovery to ready",
                        round(self.count / (time.monotonic() - start)), "1/s")

    async def renewals(self):
        async with self.phase("renew"):
            start = time.monotonic()
            await self.cluster.all(self.cluster.renew, AT_ONCE)
            self.record("renew: certificates a second", round(self.count / (time.monotonic() - start)), "1/s")

    async def administrators(self):
        async with self.phase("beat"):
            await asyncio.sleep(SECONDS_WITH_ADMINISTRATORS)

    async def listeners(self):
        """Every node holds a question from now on."""
        self.cluster.listen()
        await asyncio.sleep(SECONDS_TO_ASK)

    async def commands(self):
        """A command of some nodes, then one of all, until the head has the last outcome."""
        async with self.phase("exec"):
            for count in sorted({min(SOME, self.count), self.count}):
                seconds = await run_true(self.api.grant, [node.name for node in self.cluster.nodes[:count]])
                self.record(f"exec: true on {count} nodes, known after", round(seconds, 2), "s")

    async def new_user(self):
        """Until every node holds the plan with the user."""
        async with self.phase("user add"):
            before, start = self.cluster.plan_bytes, time.monotonic()
            await self.api.grant("POST", "/v1/users", {"name": NEWCOMER, "ssh_keys": []})
            self.record("user add: answered after", round(time.monotonic() - start, 2), "s")
            await self.cluster.hold_newcomer()
            self.record(f"user add: held by {self.count} nodes after", round(time.monotonic() - start, 1), "s")
            self.record("user add: plans sent", round((self.cluster.plan_bytes - before) / 1e6, 1), "MB")

    async def watchers(self):
        """Programs that follow what happens, while nodes report all the time."""
        async with self.phase("changes"):
            rate = await watched(self.daemon.socket("api"), self.cluster.all(self.cluster.report_drift, AT_ONCE),
                                 self.count)
        self.record(f"changes: events a second, each to {WATCHERS} watchers", round(rate), "1/s")

    async def adoption(self):
        """Machines that nobody knows, and the command that names them all."""
        waiting = [node for node in make_nodes(self.count + WAITING) if node.number >= self.count]
        await self.api.grant("POST", "/v1/discovery", {"policy": "ask", "minutes": 0})
        strangers = Cluster(Sockets(self.daemon.socket("node"), 1), waiting, "")

        async def discover(node):
            await strangers.say(node, "discover", {"hardware": node.hardware()})

        await strangers.all(discover, AT_ONCE)
        async with self.phase(f"adopt {WAITING}"):
            start = time.monotonic()
            await self.api.grant("POST", "/v1/nodes/adopt", {"nodes": [node.mac for node in waiting]})
            self.record(f"adopt {WAITING}: answered after", round(time.monotonic() - start, 2), "s")

    async def measure(self):
        """All phases; a node that is refused, and gets nowhere by asking again, ends them."""
        self.api = Client(self.daemon.socket("api"), 8)
        self.cluster = Cluster(Sockets(self.daemon.socket("node"), self.count), make_nodes(self.count),
                               certificate_request())
        lookers = [asyncio.create_task(self.look()) for _ in range(2)]
        prober, beats = await self.probe()
        for part in (self.boots, self.renewals, self.administrators, self.listeners, self.commands, self.new_user,
                     self.watchers, self.adoption):
            await part()
        assert prober.returncode is None, "the node whose heartbeats are timed is lost"
        prober.kill()
        await prober.wait()
        for task in [beats, *lookers, *self.cluster.tasks]:
            task.cancel()
        self.record("nodes that are lost", self.cluster.failed, "")
        self.record("times that a node was told to ask again", self.cluster.again, "times")

    def run(self):
        with self.daemon:
            self.daemon.start()
            self.daemon.wait_until_ready()
            asyncio.run(self.measure())
            self.daemon.stop()
        return self.values


def measured(program, nodes):
    with tempfile.TemporaryDirectory(prefix="muster-load") as place:
        return Bench(program, place, nodes).run()


def run(figures, nodes=NODES):
    # Every connection is a descriptor.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    other = os.environ.get("MUSTERD_BEFORE")
    before = measured(other, nodes) if other else {}
    for name, (value, unit) in measured(MUSTERD, nodes).items():
        goal = GOALS.get(name.partition(": ")[2])
        if before.get(name, (0,))[0]:
            was = before[name][0]
            figures.record(name, value, unit, goal, f"{was} before", value / was)
        else:
            figures.record(name, value, unit, goal)
