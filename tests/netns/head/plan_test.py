"""What was decided reaches a node with its plan, and the head knows which nodes have it."""

import time

from room import HeadTest


class Plans(HeadTest):
    """The names of plans, from a node's heartbeat to the list of nodes."""

    def wanted(self, node):
        """The generation that the head wants on a node."""
        answer = node.client.tls("POST", "/node/v1/heartbeat", {})
        self.assertEqual(answer.status, 200)
        return answer.json()["generation"]

    def hold(self, node):
        """The node takes over its plan and says so; the plan."""
        plan = node.plan()
        answer = node.client.tls("POST", "/node/v1/report", {
            "stage": "ready", "failure": "", "generation": plan["generation"]})
        self.assertEqual(answer.status, 200)
        return plan

    def holds(self, node):
        """What list and description of a node say; they must agree."""
        listed = self.head.admin("GET", f"/v1/nodes?names={node.name}")["nodes"][0]["holds_plan"]
        self.assertEqual(self.head.node(node.name)["holds_plan"], listed)
        return listed

    def add_user(self):
        """A new user, whom no helper makes in this room."""
        name = f"u{time.monotonic_ns()}"
        self.assertEqual(self.head.admin("POST", "/v1/users", {"name": name})["name"], name)
        return name

    def test_an_administrator_sees_where_the_schedulers_key_is_and_not_the_key(self):
        steps = self.head.admin("GET", "/v1/plan/head")["steps"]
        key = next(step for step in steps if step.get("path") == "/etc/slurm/slurm.key")
        self.assertEqual(key["content"], {"secret": "/etc/slurm/slurm.key"})

    def test_a_heartbeat_and_the_plan_itself_have_the_same_name(self):
        node = self.node().boot().enrol()
        plan = node.plan()
        self.assertRegex(plan["generation"], f"^[0-9a-f]{{16}}-{node.name}-")
        self.assertEqual(self.wanted(node), plan["generation"])

    def test_the_names_of_two_nodes_plans_differ(self):
        a, b = self.node("a").boot().enrol(), self.node("b").boot().enrol()
        self.assertNotEqual(a.plan()["generation"], b.plan()["generation"])

    def test_a_node_that_said_it_has_the_plan_holds_it_until_something_is_decided(self):
        node = self.node().boot().enrol()
        self.assertFalse(self.holds(node))
        self.hold(node)
        self.assertTrue(self.holds(node))
        before = self.wanted(node)
        user = self.add_user()
        self.assertFalse(self.holds(node))
        self.assertNotEqual(self.wanted(node), before)
        self.assertIn({"step": "user", "name": user}, [
            {key: step.get(key) for key in ("step", "name")} for step in self.hold(node)["steps"]])
        self.assertTrue(self.holds(node))

    def test_a_node_that_names_another_plan_does_not_hold_it(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        self.assertEqual(self.head.node(node.name)["state"], "ready")
        self.assertFalse(self.holds(node))

    def test_a_node_that_switches_off_holds_nothing(self):
        node = self.node().boot().enrol()
        generation = self.hold(node)["generation"]
        node.client.tls("POST", "/node/v1/report", {
            "stage": "stopping", "failure": "", "generation": generation})
        self.assertFalse(self.holds(node))
