"""What happens on the cluster is told as it happens: to a program that asks again and again, and as a stream."""

import concurrent.futures
import json

from room import HeadTest


class Changes(HeadTest):
    def ask(self, query, *options):
        """One answer, with the head's own words."""
        return self.head.machine.check("curl", "-sS", "--max-time", "60", "--fail-with-body", *options, "--unix-socket",
                                       "/run/musterd/api.sock", f"http://muster/v1/changes{query}")

    def newest(self):
        return json.loads(self.ask("?last=1"))["next"]

    def test_what_a_node_does_is_told_to_who_waits(self):
        node = self.node().boot().enrol()
        known = self.newest()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.ask, f"?since={known}")
            with self.assertRaises(concurrent.futures.TimeoutError, msg="nothing has happened yet"):
                waiting.result(timeout=1)
            self.assertEqual(node.say("ready").status, 200)
            answer = json.loads(waiting.result(timeout=10))
        self.assertIn(node.name, [change.get("node") for change in answer["changes"]])
        self.assertEqual(answer["next"], answer["changes"][-1]["id"])
        self.assertGreater(answer["changes"][0]["id"], known)

    def test_requests_and_operations_are_told_in_their_order(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        known = self.newest()
        operation = self.head.admin("POST", "/v1/nodes/exec", {"nodes": [node.name], "command": ["true"]})["operation"]
        self.head.admin("DELETE", f"/v1/operations/{operation}")
        told = [(change["kind"], change.get("operation", change["text"]))
                for change in json.loads(self.ask(f"?since={known}"))["changes"]]
        self.assertEqual([kind for kind, _ in told], ["operation", "request", "operation", "request"])
        self.assertEqual((told[0][1], told[2][1]), (operation, operation))
        self.assertRegex(told[1][1], "^root: node exec .*true")
        self.assertIn("operation cancel " + operation, told[3][1])

    def test_a_stream_says_where_it_goes_on(self):
        node = self.node().boot().enrol()
        stream = ("-H", "Accept: text/event-stream")
        known = self.newest()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.ask, "", *stream, "-H", f"Last-Event-ID: {known}", "-D", "/dev/stderr")
            self.assertEqual(node.say("ready").status, 200)
            events = [dict(line.split(": ", 1) for line in block.split("\n"))
                      for block in waiting.result(timeout=10).strip().split("\n\n")]
        self.assertIn("retry", events[0])
        for event in events[1:]:
            self.assertEqual(json.loads(event["data"])["id"], int(event["id"]))
            self.assertEqual(json.loads(event["data"])["kind"], event["event"])
        self.assertGreater(int(events[1]["id"]), known)

    def test_a_client_that_knows_more_than_the_head_hears_so(self):
        before = self.newest()
        answer = json.loads(self.ask(f"?since={before + 1000}"))
        self.assertEqual(answer["changes"], [])
        self.assertTrue(before <= answer["next"] <= self.newest(), answer)

    def test_wrong_questions_are_told(self):
        for query, word in (("?since=x", "since"), ("?last=0", "last"), ("?last=1001", "last")):
            done = self.head.machine.run("curl", "-sS", "--unix-socket", "/run/musterd/api.sock",
                                         f"http://muster/v1/changes{query}")
            self.assertIn(word, json.loads(done.stdout)["detail"])

    def test_people_read_them(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        done = self.head.machine.run("muster", "changes", "--last", "20")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{node.name}: ", done.stdout.decode())
