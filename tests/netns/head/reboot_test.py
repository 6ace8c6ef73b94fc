"""A node is asked to reboot once for one wish, whatever is lost, repeated or made up on the way."""

from room import HeadTest


class Reboot(HeadTest):
    def up(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        return node

    def ask(self, *names):
        return self.head.admin("POST", "/v1/nodes/reboot", {"nodes": names, "by": "ada", "reason": "BIOS"})

    def told(self, node):
        """The wish in the answer to a heartbeat; None without one."""
        answer = node.client.tls("POST", "/node/v1/heartbeat", {})
        self.assertEqual(answer.status, 200, answer)
        return answer.json().get("reboot")

    def wish(self, node):
        """The wish in the answer to a heartbeat, which must be there."""
        told = self.told(node)
        self.assertRegex(told or "none", "^[0-9a-f]{16}$")
        return told

    def test_the_wish_is_told_until_the_node_boots_again(self):
        node = self.up()
        self.assertIsNone(self.told(node))
        asked_ms = self.ask(node.name)["asked_ms"]
        wish = self.wish(node)
        self.assertEqual(self.told(node), wish)
        self.assertIn(("reboot", "asked for by ada: BIOS"), self.head.events(node.name))
        self.assertFalse(self.head.node(node.name)["holds_plan"])
        self.assertEqual(node.say("stopping").status, 200)
        node.boot().enrol()
        self.assertIsNone(self.told(node))
        self.assertEqual(node.say("ready").status, 200)
        self.assertGreaterEqual(self.head.node(node.name)["ready_ms"], asked_ms)

    def test_the_wish_outlives_the_daemon(self):
        node = self.up()
        self.ask(node.name)
        wish = self.wish(node)
        self.head.stop()
        self.head.start()
        self.assertEqual(self.told(node), wish)

    def test_a_stranger_who_says_that_the_node_boots_does_not_take_the_wish_away(self):
        node = self.up()
        self.ask(node.name)
        wish = self.wish(node)
        answer = self.anybody().plain("POST", "/node/v1/discover", {"hardware": node.hardware})
        self.assertEqual(answer.json()["state"], "wait")
        self.assertEqual(self.told(node), wish)

    def test_nobody_is_told_of_another_nodes_wish(self):
        node, other = self.up(), self.up()
        self.ask(node.name)
        self.assertIsNone(self.told(other))

    def test_a_node_that_is_off_is_named_and_nobody_is_asked(self):
        node, off = self.up(), self.up()
        self.assertEqual(off.say("stopping").status, 200)
        with self.assertRaisesRegex(AssertionError, f"{off.name} is off"):
            self.ask(node.name, off.name)
        self.assertIsNone(self.told(node))
