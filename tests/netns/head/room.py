"""What the tests of this room stand on: one head and a few machines, made once."""

import unittest

from client import Client
from head import ADDRESS
from node import Node

# A machine for each part that somebody plays, outside the ranges that DHCP gives.
MACHINES = {"head": "10.42.0.1/16", "a": "10.42.0.11/16", "b": "10.42.0.12/16",
            "stranger": "10.42.0.13/16", "blank": "10.42.0.14/16", "site": "10.42.0.15/16",
            # Both cards are on the cluster's wire.
            "twin": "10.42.0.16/16+10.42.0.17/16"}


class HeadTest(unittest.TestCase):
    """A test with the head; run.py sets both."""

    wire = None
    head = None

    def node(self, machine="a", **report):
        """A machine with an identity of its own; `report` replaces parts of its hardware."""
        made = Node(self.head, self.wire[machine])
        made.hardware.update(report)
        made.mac = made.hardware["macs"][0]
        return made

    def anybody(self, machine="stranger"):
        return Client(self.wire[machine])

    def muster(self, *words, stdin=b""):
        """What root's command says on the head: its status, its answer, and what it says besides."""
        done = self.head.machine.run("muster", *words, stdin=stdin)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def check(self, *words):
        """The answer of a command that must succeed."""
        status, out, err = self.muster(*words)
        self.assertEqual(status, 0, out + err)
        return out

    def resolve(self, name):
        """The address that the head's name server gives; None when it knows none."""
        said = self.wire["stranger"].run("busybox", "nslookup", "-type=a", name, ADDRESS)
        # The first two lines are the server's own address.
        lines = said.stdout.decode().splitlines()[2:]
        return next((line.split()[1] for line in lines if line.startswith("Address:")), None)

    def slurm_key(self):
        """The cluster's secret, which a node's plan carries."""
        return dict(self.head.secrets())["slurm key"]

    def assert_alive(self, node):
        """The daemon still runs and answers a node."""
        self.assertTrue(self.head.daemons["musterd"].running(), "musterd is gone")
        self.assertEqual(node.client.tls("POST", "/node/v1/heartbeat", {}).status, 200)
