"""What extensions hear of nodes, say of the cluster, and do when people ask."""

import json
import threading

from extension_room import ExtensionsTest
from wire import until

HOOKS = """\
reads: [nodes]
tick_seconds: 10
verbs:
  - name: report
    about: tells what it heard
  - name: fail
    about: fails
  - name: uptime
    about: runs a program on nodes
"""
RIGHT = """\
  - place: node
    commands: [/usr/bin/uptime]
    reason: how long nodes are up
"""
MODULE = """
    import muster

    def configure(context):
        names = " ".join(node.name for node in context.cluster.nodes)
        return muster.Steps(node=[muster.File("/etc/motd.d/hello", names)])

    def note(context, what):
        context.values.put(heard=context.values.get("heard", []) + [what])

    def nodes_ready(context, nodes):
        note(context, ["ready"] + [node.name for node in nodes])

    def nodes_failed(context, nodes):
        note(context, ["failed"] + [node.name for node in nodes])

    def nodes_left(context, nodes):
        note(context, ["left"] + [node.name + " " + node.state for node in nodes])

    def tick(context):
        context.values.put(ticked=True)

    def health(context):
        bad = [node.name for node in context.cluster.nodes if node.state == "failed"]
        return [muster.Problem(f"{name} is dark", "switch its lamp on") for name in bad]

    def metrics(context):
        return [muster.Metric("hello_nodes", len(context.cluster.nodes), help="Nodes that it knows."),
                muster.Metric("hello_lamps", counter=True, samples=[({"room": 'a"b'}, 2.5)])]

    def run(context, verb, arguments):
        if verb == "fail":
            return muster.Answer("it did not work", status=7)
        if verb == "uptime":
            results = context.run_on_nodes(arguments[0], arguments[1:])
            return muster.Answer(data={r.node: [r.succeeded, r.status, r.out, r.note] for r in results})
        return muster.Answer("all is well", data={"heard": context.values.get("heard", []), "arguments": arguments,
                                                  "ticked": context.values.get("ticked", False)})
    """


class Listeners(ExtensionsTest):
    def package_of(self, module=MODULE, name="hello"):
        self.check("ext", "new", name, "--directory", "/root/ext")
        file = self.machine.path(f"/root/ext/{name}/extension.yaml")
        text = file.read_text(encoding="utf-8")
        hooks = "hooks: [configure, nodes_ready, nodes_failed, nodes_left, tick, health, metrics, run]\n" + HOOKS
        file.write_text(text.replace("hooks: [configure]\n", hooks) + RIGHT, encoding="utf-8")
        self.machine.write(f"/root/ext/{name}/content/extension.py", module.replace("\n    ", "\n").replace("motd.d/hello", "motd.d/" + name))
        return json.loads(self.check("ext", "pack", f"/root/ext/{name}", "-o", "/root/ext", "--json"))["specification"]

    def install_listener(self, module=MODULE, name="hello"):
        self.check("ext", "install", "--yes", "--allow-unsigned", self.package_of(module, name))

    def run_verb(self, *words):
        return json.loads(self.check("ext", "run", "--json", "hello", *words))

    def heard(self):
        return self.run_verb("report")["data"]["heard"]

    def has_heard(self, kind, name):
        return any(heard[0] == kind and name in heard[1:] for heard in self.heard())

    def history(self, node):
        """What was told of a node, in order. Nodes of earlier tests fall silent meanwhile and are told of as well, so
        what came last of all says little."""
        return [(heard[0], words) for heard in self.heard() for words in heard[1:] if words.split()[0] == node.name]

    def has_heard_in_order(self, node, *turns):
        left = iter(self.history(node))
        return all(turn in left for turn in turns)

    def up(self):
        node = self.node().boot().enrol()
        node.say("ready")
        return node

    def test_it_hears_of_nodes_in_their_order(self):
        first = self.up()
        self.install_listener()
        until(lambda: self.has_heard("ready", first.name), "it is told who is ready already")
        second = self.up()
        until(lambda: self.has_heard("ready", second.name), "a node became ready")
        second.say("plan", failure="no disk")
        until(lambda: self.has_heard("failed", second.name), "it failed")
        second.say("ready")
        until(lambda: self.has_heard_in_order(second, ("failed", second.name), ("ready", second.name)), "it works again")
        first.say("stopping")
        off, removed = ("left", first.name + " off"), ("left", first.name + " removed")
        until(lambda: self.has_heard_in_order(first, ("ready", first.name), off), "a node goes down")
        self.head.admin("POST", "/v1/nodes/remove", {"nodes": [first.name]})
        until(lambda: self.has_heard_in_order(first, off, removed), "and is removed")
        before = self.history(first)
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        until(lambda: self.has_heard("ready", second.name), "it answers again")
        self.assertEqual(self.history(first), before, "nothing is told again")

    def test_what_happens_while_its_host_is_away_is_told_later(self):
        self.install_listener()
        until(lambda: self.listed()[0]["active"], "it works")
        self.heard()
        self.hosts.end("hello")
        node = self.up()
        until(lambda: "nodes" in self.listed()[0]["failures"], "nobody hears of it")
        self.assertIn("was not told of nodes", self.muster("status")[1])
        self.hosts.begin("hello")
        until(lambda: self.has_heard("ready", node.name), "it hears of it")
        self.assertNotIn("nodes", self.listed()[0]["failures"])

    def test_steps_follow_the_nodes(self):
        self.install_listener()
        node = self.up()
        until(lambda: node.name in (self.greeting() or ""), "the names of nodes are in a file")

    def test_it_says_how_it_is_and_gives_figures(self):
        self.install_listener()
        node = self.up()
        node.say("plan", failure="no disk")
        until(lambda: self.run_verb("report")["data"]["ticked"], "its clock ticks")
        # Both are asked for once in a minute.
        self.check("ext", "disable", "hello")
        self.check("ext", "enable", "hello")
        until(lambda: f"hello: {node.name} is dark" in self.muster("status")[1], "health is in the status")
        self.assertIn("switch its lamp on", self.muster("status")[1])
        until(lambda: "hello_nodes " in self.check("metrics"), "figures are there")
        self.assertIn("# HELP hello_nodes Nodes that it knows.\n# TYPE hello_nodes gauge\n", self.check("metrics"))
        self.assertIn('# TYPE hello_lamps counter\nhello_lamps{room="a\\"b"} 2.5\n', self.check("metrics"))
        self.assertIn('muster_nodes{state="ready"} ', self.check("metrics"))

    def test_people_ask_it(self):
        self.install_listener()
        self.assertEqual(self.check("ext", "run", "hello", "report").strip(), "all is well")
        self.assertEqual(self.run_verb("report", "a b", "ü")["data"]["arguments"], ["a b", "ü"])
        self.assertEqual(self.muster("ext", "run", "hello", "fail")[0], 7)
        self.assertIn("tells what it heard", self.check("ext", "run", "hello"))
        self.assertIn("report", self.check("ext", "show", "hello"))
        self.assertIn("has no verb", self.refuse(1, "ext", "run", "hello", "dance"))
        self.assertIn("there is no extension", self.refuse(1, "ext", "run", "nobody", "report"))
        self.check("ext", "disable", "hello")
        self.refuse(1, "ext", "run", "hello", "report")
        self.assertIn("ext run", self.check("log"))

    def test_it_runs_programs_on_nodes_that_root_granted(self):
        self.install_listener()
        node = self.up()
        answers = []
        asking = threading.Thread(target=lambda: answers.append(
            self.run_verb("uptime", "--", node.name, "/usr/bin/uptime", "-p", "a b")))
        asking.start()
        question = {"boot": "b1", "kinds": ["exec"], "has": []}
        offer = node.client.tls("POST", "/node/v1/tasks", question, options=("--max-time", "60"))
        (task,) = offer.json()["tasks"]
        self.assertEqual(task["words"], ["/usr/bin/uptime", "-p", "a b"])
        node.client.tls("POST", "/node/v1/task", {"id": task["id"], "ended": True, "status": 0, "signal": 0, "note": "",
                                                  "out": "up 3 hours\n", "err": "", "dropped": 0})
        asking.join()
        self.assertEqual(answers[0]["data"], {node.name: [True, 0, "up 3 hours\n", ""]})
        self.assertIn("has no right to run /usr/bin/id", self.refuse(
            1, "ext", "run", "hello", "uptime", node.name, "/usr/bin/id"))
        self.assertIn("there is no node", self.refuse(1, "ext", "run", "hello", "uptime", "nobody", "/usr/bin/uptime"))

    def test_one_that_hangs_keeps_no_other_waiting(self):
        hanging = MODULE.replace("def nodes_ready(context, nodes):", "def nodes_ready(context, nodes):\n        import time\n        time.sleep(60)")
        self.install_listener(hanging, "sleeper")
        self.install_listener()
        node = self.up()
        until(lambda: self.has_heard("ready", node.name), "another one hears")

    def test_nodes_of_a_profile_have_more(self):
        more = """
    import muster

    def configure(context):
        name = context.settings["greeting"]
        steps = [muster.File("/etc/motd.d/hello", name)] if name != "none" else []
        return muster.Steps(profiles={"gpux" if name == "bad" else "default": steps})
    """
        package = self.python_package(module=more)
        self.check("ext", "install", "--yes", "--allow-unsigned", package)
        self.assertEqual(self.greeting(), "Welcome.")
        self.assertIn("'gpux'", self.refuse(1, "ext", "configure", "hello", "greeting=bad"))
        self.assertEqual(self.greeting(), "Welcome.")
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        self.assertEqual(self.greeting(), "Welcome.", "the store has it")
        self.check("ext", "configure", "hello", "greeting=none")
        self.assertIsNone(self.greeting())

    def test_removed_it_leaves_nothing(self):
        self.install_listener()
        until(lambda: self.run_verb("report")["data"]["ticked"], "it wrote a value")
        self.check("ext", "remove", "--yes", "hello")
        self.check("ext", "install", "--yes", "--allow-unsigned", "/root/ext/hello-0.1.0.yaml")
        self.assertFalse(self.run_verb("report")["data"]["ticked"])
