"""A burst of nodes that become ready, and extensions that listen: until all have heard."""

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
    context.values.put(heard=context.values.get("heard", 0) + len(nodes), calls=context.values.get("calls", 0) + 1)

def run(context, verb, arguments):
    return muster.Answer(data={"heard": context.values.get("heard", 0), "calls": context.values.get("calls", 0)})
"""
HOOKS = "hooks: [nodes_ready, run]\nverbs:\n  - name: heard\n    about: tells how many nodes it heard of\n"


async def heard(admin, names):
    """What each extension heard, and in how many calls."""
    asked = (admin("POST", "/v1/extensions/run", {"extension": name, "verb": "heard"}) for name in names)
    return [json.loads(each)["data"] for each in await asyncio.gather(*asked)]


async def burst(daemon, names):
    """Seconds until all nodes were ready, seconds until all extensions heard of all, and the most calls of one."""
    api = Client(daemon.socket("api"), LISTENERS)
    while not all(each["active"] for each in json.loads(await api.grant("GET", "/v1/extensions"))["extensions"]):
        await asyncio.sleep(0.1)
    await heard(api.grant, names)
    nodes = make_nodes(NODES)
    cluster = Cluster(Sockets(daemon.socket("node"), NODES), nodes, certificate_request())
    await api.grant("POST", "/v1/nodes/import", {"nodes": [
        {"name": node.name, "address": node.address, "mac": node.mac} for node in nodes]})
    await cluster.all(cluster.enrol, AT_ONCE)
    start = time.monotonic()
    await cluster.all(lambda node: cluster.take_plan(node, "g"), AT_ONCE)
    ready = time.monotonic() - start
    while True:
        told = await heard(api.grant, names)
        if all(each["heard"] == NODES for each in told):
            return ready, time.monotonic() - start, max(each["calls"] for each in told)
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
        ready, all_heard, calls = asyncio.run(burst(daemon, names))
    figures.record(f"extensions: {NODES} nodes became ready", round(ready, 2), "s")
    figures.record(f"extensions: from the first of them until {LISTENERS} listeners heard of all", round(all_heard, 2), "s")
    figures.record("extensions: most calls that one of them needed", calls, "")


def run(figures):
    with tempfile.TemporaryDirectory() as place:
        measure(figures, pathlib.Path(place))
