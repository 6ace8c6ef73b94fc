"""The daemon may start anew at any time: what somebody decided, and what is known of nodes, holds."""

from room import HeadTest


class Restarted(HeadTest):
    def restart(self):
        self.head.stop()
        self.head.start()

    def adoption(self):
        return self.head.admin("GET", "/v1/status")["adoption"]

    def test_what_was_decided_about_adoption_holds(self):
        self.addCleanup(self.head.admin, "POST", "/v1/discovery", {"policy": "ask", "minutes": 0})
        self.head.admin("POST", "/v1/discovery", {"policy": "closed", "minutes": 0})
        self.restart()
        self.assertEqual(self.adoption(), "closed")
        self.head.admin("POST", "/v1/discovery", {"policy": "open", "minutes": 5})
        self.restart()
        self.assertEqual(self.adoption(), "open")

    def test_a_ready_node_is_ready_and_nobody_takes_its_place(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        self.restart()
        self.assertEqual(self.head.node(node.name)["state"], "ready")
        answer = self.anybody().plain("POST", "/node/v1/discover", {"hardware": node.hardware})
        self.assertEqual(answer.json()["state"], "wait")
        self.assert_alive(node)

    def test_a_node_whose_plan_failed_keeps_its_place_while_it_shows_its_certificate(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("plan", "no such unit").status, 200)
        self.restart()
        self.assert_alive(node)
        answer = self.anybody().plain("POST", "/node/v1/discover", {"hardware": node.hardware})
        self.assertEqual(answer.json()["state"], "wait")
