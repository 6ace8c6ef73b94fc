"""Groups of node sets: what cluster.yaml names, and what nodes are by their profile and state."""

from room import HeadTest


class Groups(HeadTest):
    """`@name` as the command line asks for it."""

    def groups(self):
        """Nodes of every group, by its name."""
        return {group["name"]: group["nodes"]
                for group in self.head.admin("GET", "/v1/groups")["groups"]}

    def test_a_group_of_the_specification_has_its_nodes_adopted_or_not(self):
        self.assertEqual(self.groups()["rack1"], "n[001-400]")

    def test_a_node_is_in_the_groups_of_its_profile_and_state(self):
        node = self.node().boot()
        groups = self.groups()
        for group in ("*", "default", "booting"):
            self.assertIn(node.name, self.names(groups[group]), group)
        self.head.admin("POST", "/v1/nodes/set", {"nodes": [node.name], "profile": "gpu"})
        groups = self.groups()
        self.assertIn(node.name, self.names(groups["gpu"]))
        self.assertNotIn(node.name, self.names(groups["default"]))

    def test_a_state_that_no_node_has_is_an_empty_group(self):
        groups = self.groups()
        for state in ("adopted", "booting", "ready", "off", "failed"):
            self.assertIn(state, groups)

    def test_a_machine_that_waits_is_in_no_group(self):
        before = self.groups()
        self.assertEqual(self.node().discover()["state"], "wait")
        self.assertEqual(self.groups(), before)

    def names(self, nodes):
        """The names of a node set, as the API's own filter expands it."""
        found = self.head.admin("GET", f"/v1/nodes?names={nodes.replace('[', '%5B').replace(']', '%5D')}")
        return {node["name"] for node in found["nodes"]}
