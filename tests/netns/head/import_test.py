"""Nodes that are named by hand before they ever boot."""

from head import ADDRESS
from room import HeadTest


class Imported(HeadTest):
    """`muster node import` as the daemon takes it."""

    def import_one(self, name, address, mac):
        return self.head.admin("POST", "/v1/nodes/import",
                               {"nodes": [{"name": name, "address": address, "mac": mac}]})

    def test_what_cannot_be_a_node_here_is_refused(self):
        for name, address, why in (("head", "10.42.9.1", "is the head's name"),
                                   ("HEAD", "10.42.9.1", "is the head's name"),
                                   ("ignore", "10.42.9.1", "DHCP would never answer it"),
                                   ("all", "10.42.9.1", "Slurm takes it for every node"),
                                   ("ready", "10.42.9.1", "'@ready' is a group of nodes"),
                                   ("X1", "10.42.9.1", "not a host name in lower case"),
                                   ("x1", ADDRESS, "is not in nodes.addresses"),
                                   ("x1", "10.42.0.120", "is not in nodes.addresses"),
                                   ("x1", "192.0.2.1", "is not in nodes.addresses"),
                                   ("x1", "127.0.0.1", "is not in nodes.addresses")):
            with self.assertRaisesRegex(AssertionError, why, msg=f"{name} {address}"):
                self.import_one(name, address, "52:54:99:00:00:01")
        self.assertNotIn("x1", {node["name"] for node in self.head.admin("GET", "/v1/nodes")["nodes"]})

    def test_one_that_was_never_seen_is_no_matter_of_the_scheduler(self):
        self.import_one("y1", "10.42.200.1", "52:54:99:00:00:02")
        self.addCleanup(self.head.remove, "y1")
        self.assertEqual(self.head.node("y1")["address"], "10.42.200.1")
        plan = self.head.admin("GET", "/v1/plan/head")
        slurm = next(step["content"] for step in plan["steps"] if step.get("path") == "/etc/slurm/slurm.conf")
        self.assertNotIn("NodeName=y1", slurm)

    def test_it_is_recognised_when_it_boots(self):
        node = self.node()
        self.import_one("z1", "10.42.200.2", node.mac)
        self.addCleanup(self.head.remove, "z1")
        node.name = "z1"
        node.boot()
        self.assertEqual(node.welcome["node"]["name"], "z1")
        self.assertEqual(node.welcome["node"]["address"], "10.42.200.2")
