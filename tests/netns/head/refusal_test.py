"""What nginx answers by itself has the form of every refusal, so that nobody takes a page for more
than it says."""

from room import HeadTest


class OwnAnswers(HeadTest):
    def assert_refusal(self, answer, status, error):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.json()["error"], error)
        self.assertNotIn("refused", answer.json(), "nothing is taken from the sender")

    def test_a_page_that_is_not_there(self):
        for call in (self.anybody().plain, self.anybody().tls):
            self.assert_refusal(call("GET", "/nothing"), 404, "no such page")

    def test_a_body_that_is_too_long(self):
        body = b" " * ((1 << 20) + 1)
        for call, page in ((self.anybody().plain, "/node/v1/discover"),
                           (self.anybody().tls, "/node/v1/enrol")):
            self.assert_refusal(call("POST", page, body), 413, "the body is too long")

    def test_plain_http_on_the_port_of_tls(self):
        self.assert_refusal(self.anybody().plain("GET", ":443/node/v1/plan"), 400,
                            "this port takes TLS only")

    def test_a_daemon_that_is_away(self):
        node = self.node().boot().enrol()
        self.addCleanup(self.head.start)
        self.addCleanup(self.head.stop)
        self.head.daemons.pop("musterd").stop()
        for call, page in ((node.anybody.plain, "/node/v1/discover"),
                           (node.client.tls, "/node/v1/heartbeat")):
            self.assert_refusal(call("POST", page, {}), 503, "musterd does not answer")
