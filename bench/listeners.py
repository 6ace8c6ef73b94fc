"""A burst of nodes that become ready, and extensions that listen: until all were told."""

import asyncio
import contextlib
import json
import pathlib
import tempfile
import time

from bench.extensions import host, install
from bench.figures import MUSTERD
from bench.simulated import Client, Cluster, Sockets, make_nodes
from tests.musterd.actors import certificate_request
from tests.musterd.daemon import Musterd

NODES = 1_000
LISTENERS = 20
AT_ONCE = 64
MODULE = """\
import muster

def nodes_ready(context, nodes):
    # One may be told twice.
    names = set(context.values.get("names", [])) | {node.name for node in nodes}
    calls = context.values.get("calls", 0) + 1
    context.values.put(names=sorted(names), calls=calls)
    print(len(names), calls)
"""
HOOKS = "hooks: [nodes_ready]\n"


async def told(admin):
    """Of how many nodes each extension was told, and in how many calls. To look is no news for them."""
    listed = json.loads(await admin("GET", "/v1/extensions"))["extensions"]
    said = [each["said"].replace("\\x0a", "").split() for each in listed]
    return [(int(words[0]), int(words[1])) if words else (0, 0) for words in said]


async def burst(daemon):
    """Seconds until all nodes were ready, seconds until all extensions were told of all, and the most calls of one."""
    api = Client(daemon.socket("api"), LISTENERS)
    while not all(each["active"] for each in json.loads(await api.grant("GET", "/v1/extensions"))["extensions"]):
        await asyncio.sleep(0.1)
    nodes = make_nodes(NODES)
    cluster = Cluster(Sockets(daemon.socket("node"), NODES), nodes, certificate_request())
    await api.grant("POST", "/v1/nodes/import", {"nodes": [
        {"name": node.name, "address": node.address, "mac": node.mac} for node in nodes]})
    await cluster.all(cluster.enrol, AT_ONCE)
    start = time.monotonic()
    await cluster.all(lambda node: cluster.take_plan(node, "g"), AT_ONCE)
    ready = time.monotonic() - start
    while True:
        heard = await told(api.grant)
        if all(count == NODES for count, _ in heard):
            return ready, time.monotonic() - start, max(calls for _, calls in heard)
        await asyncio.sleep(0.02)


def measure(figures, place):
    names = [f"listener{number:02}" for number in range(LISTENERS)]
    for name in names:
        install(place, name, MODULE, HOOKS)
    daemon = Musterd(MUSTERD, place, policy="closed",
                     more=["--extensions", place / "store", "--extension-run", place])
    with contextlib.ExitStack() as stack:
        for name in names:
            stack.enter_context(host(place, name))
        daemon.start()
        stack.callback(daemon.stop)
        assert daemon.wait_until_ready()
        ready, all_heard, calls = asyncio.run(burst(daemon))
    figures.record(f"extensions: {NODES} nodes became ready", round(ready, 2), "s")
    figures.record(f"extensions: from the first of them until {LISTENERS} listeners were told of all", round(all_heard, 2), "s")
    figures.record("extensions: most calls that one of them needed", calls, "")


def run(figures):
    with tempfile.TemporaryDirectory() as place:
        measure(figures, pathlib.Path(place))
