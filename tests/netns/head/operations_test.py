"""Commands on nodes: asked for by an administrator, given to each node once, whatever is lost, repeated or made up."""

import concurrent.futures
import json

from room import HeadTest


class Operations(HeadTest):
    def up(self, machine="a"):
        node = self.node(machine).boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        return node

    def begin(self, *nodes, command=("true",), **more):
        body = {"nodes": [node.name for node in nodes], "command": list(command), **more}
        return self.head.admin("POST", "/v1/nodes/exec", body)["operation"]

    def ask(self, node, boot="b1", has=(), kinds=("exec", "reboot"), **more):
        """One question; the answer comes when there is something to do."""
        answer = node.client.tls("POST", "/node/v1/tasks", {"boot": boot, "kinds": kinds, "has": has, **more},
                                 options=("--max-time", "60"))
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def tell(self, node, operation, **more):
        report = {"id": operation, "ended": True, "status": 0, "signal": 0, "note": "", "out": "", "err": "", "dropped": 0}
        return node.client.tls("POST", "/node/v1/task", report | more)

    def show(self, operation):
        return self.head.admin("GET", f"/v1/operations/{operation}")

    def results(self, operation):
        return {result["nodes"]: result for result in self.show(operation)["results"]}

    def muster(self, *words):
        done = self.head.machine.run("muster", *words, seconds=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_a_command_reaches_a_node_that_waits_and_its_output_comes_back(self):
        node = self.up()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.ask, node)
            # Its question is held: nothing is to be done yet.
            with self.assertRaises(concurrent.futures.TimeoutError):
                waiting.result(timeout=1)
            operation = self.begin(node, command=["uname", "-r", ""])
            offer = waiting.result(timeout=10)
        (task,) = offer["tasks"]
        self.assertEqual((task["id"], task["kind"], task["words"]), (operation, "exec", ["uname", "-r", ""]))
        self.assertEqual(self.show(operation)["state"], "running")
        self.assertEqual(self.tell(node, operation, out="6.12\n").status, 200)
        shown = self.show(operation)
        self.assertEqual((shown["state"], shown["results"][0]["out"]), ("done", "6.12\n"))
        entry = self.head.admin("GET", "/v1/log")["entries"][-1]
        self.assertEqual((entry["action"], json.loads(entry["request"])["command"]), ("node exec", ["uname", "-r", ""]))

    def test_a_node_that_listens_hears_of_another_plan_and_of_a_wish(self):
        node = self.up()
        first = self.ask(node, wanted="")
        self.assertTrue(first["wanted"], "the head says at once what it has")
        changes = {"plan": lambda: self.head.admin("POST", "/v1/users", {"name": "nell"}),
                   "reboot": lambda: self.head.admin("POST", "/v1/nodes/reboot", {"nodes": [node.name]})}
        wanted = first["wanted"]
        for name, change in changes.items():
            with concurrent.futures.ThreadPoolExecutor() as pool:
                waiting = pool.submit(self.ask, node, wanted=wanted)
                with self.assertRaises(concurrent.futures.TimeoutError):
                    waiting.result(timeout=1)
                change()
                heard = waiting.result(timeout=10).get("wanted")
            self.assertNotIn(heard, (None, wanted), name)
            wanted = heard

    def test_nothing_is_done_twice(self):
        node = self.up()
        operation = self.begin(node)
        self.assertEqual(len(self.ask(node)["tasks"]), 1)
        self.assertEqual(len(self.ask(node)["tasks"]), 1, "its answer was lost")
        self.assertEqual(self.tell(node, operation).status, 200)
        self.assertEqual(self.tell(node, operation, status=1).status, 200, "a repetition is heard and changes nothing")
        self.assertEqual(self.show(operation)["state"], "done")
        other = self.begin(node)
        self.assertEqual([task["id"] for task in self.ask(node)["tasks"]], [other])
        # The node lost its power before it told.
        self.assertEqual(self.head.stop(), None)
        self.head.start()
        third = self.begin(node)
        self.assertEqual([task["id"] for task in self.ask(node, boot="b2")["tasks"]], [third])
        (result,) = self.show(other)["results"]
        self.assertEqual(result["state"], "failed")
        self.assertIn("started anew", result["note"])

    def test_an_operation_outlives_the_daemon(self):
        node, late = self.up(), self.up("b")
        operation = self.begin(node, late)
        self.ask(node)
        self.head.stop()
        self.head.start()
        self.assertEqual(len(self.ask(late)["tasks"]), 1)
        for each in (node, late):
            self.assertEqual(self.tell(each, operation, out="same\n").status, 200)
        (result,) = self.show(operation)["results"]
        self.assertEqual((result["count"], result["out"]), (2, "same\n"))

    def test_nodes_speak_for_themselves_only(self):
        node, other = self.up(), self.up("b")
        operation = self.begin(node)
        self.ask(node)
        self.assertEqual(self.tell(other, operation, status=7).status, 200)
        self.assertEqual(self.results(operation)[node.name]["state"], "given")
        stranger = self.anybody().tls("POST", "/node/v1/tasks", {"boot": "b", "kinds": ["exec"], "has": []})
        self.assertEqual(stranger.status, 401)
        self.assertEqual(self.anybody().plain("POST", "/node/v1/tasks", {}).status, 404)

    def test_bad_messages_are_refused_by_their_member(self):
        node = self.up()
        for page, body, member in (("tasks", {"kinds": []}, "boot"), ("task", {"id": "a" * 65}, "id"),
                                   ("task", {"id": "a", "status": 999}, "status")):
            answer = node.client.tls("POST", f"/node/v1/{page}", body)
            self.assertEqual(answer.status, 400)
            self.assertIn(member, answer.json()["error"])
        for body, member in (({"nodes": [node.name]}, "command"), ({"nodes": [node.name], "command": ["a"],
                                                                      "timeout_s": 0}, "timeout_s")):
            with self.assertRaisesRegex(AssertionError, member):
                self.head.admin("POST", "/v1/nodes/exec", body)
        with self.assertRaisesRegex(AssertionError, "no node 'n9999'"):
            self.head.admin("POST", "/v1/nodes/exec", {"nodes": ["n9999"], "command": ["true"]})

    def test_a_node_that_is_off_is_told_at_once(self):
        node, off = self.up(), self.up("b")
        self.assertEqual(off.say("stopping").status, 200)
        operation = self.begin(node, off)
        self.ask(node)
        self.tell(node, operation)
        shown = self.show(operation)
        self.assertEqual(shown["state"], "failed")
        self.assertEqual(self.results(operation)[off.name]["note"], "is off")

    def test_a_command_that_failed_is_tried_again_until_its_deadline(self):
        node, off = self.up(), self.up("b")
        self.assertEqual(off.say("stopping").status, 200)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.muster, "node", "exec", f"{node.name},{off.name}", "--retries", "3", "--deadline", "25 s",
                                  "--", "false")
            (first,) = self.ask(node)["tasks"]
            self.tell(node, first["id"], status=1, err="no\n")
            shown = self.results(first["id"])
            self.assertEqual({name: (each["state"], each["tries"], each["note"]) for name, each in shown.items()},
                             {node.name: ("waiting", 1, "try 1 failed: exit status 1"),
                              off.name: ("waiting", 1, "try 1 failed: is off")})
            (second,) = self.ask(node)["tasks"]
            self.assertEqual(second["id"], first["id"] + "01")
            self.assertEqual(self.ask(node, has=[first["id"], second["id"]])["cancelled"], [first["id"]])
            self.tell(node, second["id"])
            status, out, _ = waiting.result(timeout=60)
        self.assertEqual(status, 1)
        self.assertIn(f"--- {off.name}: cancelled: try ", out)
        self.assertIn("; the operation's time was over", out)
        self.assertIn(f"--- {node.name}\n", out)
        for words in (("--deadline", "8"), ("--deadline", "0 s"), ("--deadline", "2000 w"), ("--retries", "101")):
            status, _, err = self.muster("node", "exec", node.name, *words, "--", "true")
            self.assertEqual(status, 2, err)
            self.assertIn(words[0], err)

    def test_a_cancelled_command_is_ended_on_its_node(self):
        node = self.up()
        operation = self.begin(node)
        self.ask(node)
        status, out, _ = self.muster("operation", "cancel", operation)
        self.assertEqual(status, 0)
        self.assertIn("ending", out)
        self.assertEqual(self.ask(node, has=[operation]), {"tasks": [], "cancelled": [operation]})
        self.tell(node, operation, note="was ended before it was done")
        self.assertEqual(self.show(operation)["state"], "cancelled")
        status, _, err = self.muster("operation", "cancel", operation)
        self.assertEqual(status, 1)
        self.assertIn("has ended", err)

    def test_the_command_line_waits_and_folds(self):
        nodes = [self.up(), self.up("b")]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            names = ",".join(node.name for node in nodes)
            waiting = pool.submit(self.muster, "node", "exec", names, "--", "sh", "-c", "echo $HOME; exit 3")
            offers = [self.ask(node)["tasks"][0] for node in nodes]
            self.assertEqual(offers[0]["words"], ["sh", "-c", "echo $HOME; exit 3"])
            operation = offers[0]["id"]
            self.tell(nodes[0], operation, out="/root\n")
            self.tell(nodes[1], operation, status=3, err="no\x1b[31m\n")
            status, out, _ = waiting.result(timeout=20)
        self.assertEqual(status, 1)
        self.assertEqual(out, f"--- {nodes[0].name}\n/root\n--- {nodes[1].name}: exit status 3\nno\\x1b[31m\n")
        status, out, _ = self.muster("operation", "list")
        self.assertIn(operation, out.splitlines()[1])
        status, out, _ = self.muster("operation", "show", operation, "--json")
        self.assertEqual(json.loads(out)["counts"]["failed"], 1)

    def test_whoever_interrupts_the_command_ends_it_on_the_nodes(self):
        node = self.up()
        machine = self.head.machine
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(machine.run, "timeout", "--signal=TERM", "2", "muster", "node", "exec", node.name, "--",
                                  "sleep", "100")
            operation = self.ask(node)["tasks"][0]["id"]
            self.assertEqual(self.ask(node, has=[operation])["cancelled"], [operation])
            self.tell(node, operation, note="was ended before it was done")
            done = waiting.result(timeout=20)
        self.assertIn(f"ending operation {operation}", done.stderr.decode())
        self.assertEqual(self.show(operation)["state"], "cancelled")

    def test_rolling_restarts_go_on_when_a_node_is_back(self):
        first, second = sorted((self.up(), self.up("b")), key=lambda node: node.id)
        body = {"nodes": [first.name, second.name], "drain": True, "at_once": 1}
        operation = self.head.admin("POST", "/v1/nodes/reboot", body)["operation"]
        (task,) = self.ask(first)["tasks"]
        self.assertEqual((task["kind"], task["words"]), ("reboot", ["drain"]))
        self.tell(first, operation, ended=False, note="waits: job 1 of ada runs here")
        _, listed, _ = self.muster("node", "list")
        self.assertRegex(listed, rf"{first.name} +draining .*goes down for operation {operation}")
        self.assertRegex(listed, rf"{second.name} +ready ")
        _, group, _ = self.muster("node", "list", "@draining")
        self.assertEqual([line.split()[0] for line in group.splitlines()[1:]], [first.name])
        self.tell(first, operation, ended=False, note="goes down", leaves=True)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.ask, second)
            self.assertEqual(first.say("stopping").status, 200)
            first.boot().enrol()
            questions = pool.submit(self.ask, first, "b2")
            with self.assertRaises(concurrent.futures.TimeoutError, msg="the first is not ready yet"):
                waiting.result(timeout=1)
            self.assertEqual(first.say("ready").status, 200)
            self.assertEqual(waiting.result(timeout=10)["tasks"][0]["id"], operation)
            self.assertEqual(self.results(operation)[first.name]["state"], "done")
            self.head.admin("DELETE", f"/v1/operations/{operation}")
            another = self.begin(first)
            self.assertEqual(questions.result(timeout=10)["tasks"][0]["id"], another)

    def test_large_outputs_arrive_whole_and_larger_ones_are_refused(self):
        node = self.up()
        operation = self.begin(node)
        self.ask(node)
        self.assertEqual(self.tell(node, operation, out="x" * 300_000).status, 400)
        big = "x" * 65536
        self.assertEqual(self.tell(node, operation, out=big, err=big).status, 200)
        self.assertEqual(len(self.show(operation)["results"][0]["out"]), 65536)
