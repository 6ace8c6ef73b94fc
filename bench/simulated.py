"""Nodes as a head meets them, many thousands in one process: they boot, beat, take over plans and renew their
certificates over the daemon's own socket."""

import asyncio
import dataclasses
import json
import random
import time

from tests.musterd.actors import serial_of
from tests.musterd.connection import proof

BEAT_SECONDS = 10
# An agent's pauses after it was told to ask again (operations/channel/task_channel.cpp).
AGAIN_SECONDS = (1, 2, 4, 8)
# The user who is added while they run.
NEWCOMER = "newcomer"


class Client:
    """HTTP over a Unix socket, with so many connections at most. A call waits for a free one."""

    def __init__(self, path, connections):
        self.path = str(path)
        self.free = asyncio.Queue()
        for _ in range(connections):
            self.free.put_nowait(None)

    async def call(self, method, page, body=None, headers=None):
        """Status and the answer as bytes."""
        connection = await self.free.get()
        try:
            connection = connection or await asyncio.open_unix_connection(self.path)
            return await self.exchange(*connection, self.request(method, page, body, headers or {}))
        except (OSError, asyncio.IncompleteReadError):
            connection = None
            raise
        finally:
            self.free.put_nowait(connection)

    async def grant(self, method, page, body=None):
        """The answer as bytes, of a call that must be granted."""
        status, text = await self.call(method, page, body)
        if status != 200:
            raise RuntimeError(f"{method} {page} is answered {status} {text[:200]!r}")
        return text

    @staticmethod
    def request(method, page, body, headers):
        """A request as bytes."""
        text = b"" if body is None else json.dumps(body).encode()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {page} HTTP/1.1\r\nHost: muster\r\n{lines}Content-Length: {len(text)}\r\n\r\n".encode() + text

    @staticmethod
    async def exchange(reader, writer, request):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split("\r\n")[0])
        return int(head.split(" ")[1]), await reader.readexactly(length)


@dataclasses.dataclass
class Node:
    """One machine; the certificate is its node's id and the serial number."""

    number: int
    name: str
    mac: str
    address: str
    certificate: tuple = None
    pem: str = ""
    generation: str = ""
    # The last word that the head had for what a heartbeat would be answered.
    wanted: str = ""
    # Whether its plan has the user.
    has_newcomer: bool = False

    def hardware(self):
        return {"uuid": f"5a5a0000-0000-4000-8000-{self.number:012x}", "vendor": "Bench", "product": "B1",
                "firmware": "uefi", "macs": [self.mac], "memory": 2 << 30}


def make_nodes(count):
    return [Node(number=i, name=f"n{i:05}", mac=f"52:54:01:00:{i // 256:02x}:{i % 256:02x}",
                 address=f"10.42.{16 + i // 250}.{1 + i % 250}") for i in range(count)]


class Sockets:
    """The daemon's own socket: what nodes say reaches it as nginx would bring it."""

    def __init__(self, socket, count):
        self.clients = {"say": Client(socket, 64),
                        # A heartbeat never waits for the boots of others on our side.
                        "beat": Client(socket, 256),
                        # A question is held until there is an answer.
                        "ask": Client(socket, count)}

    async def call(self, node, method, page, body, way):
        return await self.clients[way].call(method, page, body, proof(node.address, node.certificate))


class Cluster:
    """All nodes of one head, and what they met. `ways` brings to the head what a node says, by one of three ways: "say",
    "beat" and "ask"."""

    def __init__(self, ways, nodes, request):
        self.nodes = nodes
        self.request = request
        self.ways = ways
        self.requests = 0
        self.failed = 0
        # Answers that told a node to ask again.
        self.again = 0
        self.plan_bytes = 0
        self.tasks = set()

    async def say(self, node, page, body, way="say"):
        """What a node says, which must be granted; the answer."""
        return json.loads(await self._grant(node, "POST", page, body, way))

    async def _grant(self, node, method, page, body, way):
        """The answer as text. A node that is told to ask again does so."""
        for pause in (*AGAIN_SECONDS, None):
            self.requests += 1
            status, text = await self.ways.call(node, method, f"/node/v1/{page}", body, way)
            if status != 503 or pause is None:
                break
            self.again += 1
            await asyncio.sleep(pause * random.uniform(1, 1.5))
        if status != 200:
            self.failed += 1
            raise RuntimeError(f"{node.name}: {page} is answered {status} {text[:200]!r}")
        return text

    async def boot(self, node):
        """From discovery to ready; then it beats."""
        await self.enrol(node)
        await self.take_plan(node, (await self.say(node, "heartbeat", {}))["generation"])
        self.tasks.add(asyncio.create_task(self._beat_for_ever(node)))

    async def enrol(self, node):
        """From discovery to its certificate."""
        welcome = await self.say(node, "discover", {"hardware": node.hardware()})
        answer = await self.say(node, "enrol", {"token": welcome["token"], "request": self.request})
        node.certificate = (welcome["node"]["id"], serial_of(answer["certificate"]))
        node.pem = answer["certificate"]

    async def take_plan(self, node, generation):
        """As an agent does it: the plan, and the word that it holds."""
        text = await self._grant(node, "GET", "plan", None, "say")
        self.plan_bytes += len(text)
        node.has_newcomer = NEWCOMER.encode() in text
        await self.say(node, "report", {"stage": "ready", "failure": "", "generation": generation})
        node.generation = generation

    async def renew(self, node):
        answer = await self.say(node, "renew", {"request": self.request})
        node.certificate = (node.certificate[0], serial_of(answer["certificate"]))

    async def _beat_for_ever(self, node):
        await asyncio.sleep(random.uniform(0, BEAT_SECONDS))
        while True:
            due = time.monotonic() + BEAT_SECONDS
            await self.beat(node)
            await asyncio.sleep(max(0, due - time.monotonic()))

    async def beat(self, node):
        """One heartbeat, and the plan when it is another."""
        answer = await self.say(node, "heartbeat", {"holds": node.generation}, "beat")
        if answer["generation"] != node.generation:
            await self.take_plan(node, answer["generation"])

    def listen(self):
        """Every node holds a question from now on."""
        for node in self.nodes:
            self.tasks.add(asyncio.create_task(self._listen(node)))

    async def _listen(self, node):
        """Asks for tasks, and tells at once that they ended well; beats when the head has something for it."""
        while True:
            question = {"boot": node.mac, "kinds": ["exec"], "has": [], "wanted": node.wanted}
            offer = await self.say(node, "tasks", question, "ask")
            for task in offer["tasks"]:
                await self.say(node, "task", {"id": task["id"], "ended": True})
            if "wanted" in offer:
                node.wanted = offer["wanted"]
                await self.beat(node)

    async def report_drift(self, node):
        """A node says that a file was put right: one event."""
        await self.say(node, "report", {"stage": "ready", "failure": "", "generation": node.generation,
                                        "drift": ["/etc/motd"]})

    async def hold_newcomer(self):
        """Until every node holds the plan with the user."""
        while not all(node.has_newcomer for node in self.nodes):
            self.check()
            await asyncio.sleep(0.05)

    async def all(self, act, at_once):
        """Every node does this, so many at the same time."""
        limit = asyncio.Semaphore(at_once)

        async def one(node):
            async with limit:
                await act(node)

        await asyncio.gather(*(one(node) for node in self.nodes))

    def check(self):
        """A node whose heartbeat failed is lost."""
        for task in self.tasks:
            if task.done():
                task.result()
