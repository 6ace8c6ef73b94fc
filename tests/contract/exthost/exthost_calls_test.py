"""What muster-exthost answers where hooks are told of nodes, call the head and are asked by people:
exthost_calls_test.py MUSTER EXTHOST PACKAGES."""

import sys
import unittest

from exthost import INPUT, HostTest


class Calls(HostTest):
    def test_a_hook_calls_the_head_while_it_works(self):
        host = self.host("""
            import muster
            kept = []

            def tick(context):
                kept.append(context)
                before = context.values.get("seen", 0)
                context.values.update({"seen": before + 1}, removed=["old"])
                print(context.values.keys(), context.values.get("nothing", "none"))

            def run(context, verb, arguments):
                (result,) = context.run_on_nodes([muster.Node("n001"), "n002"], ["/bin/uptime", "ü"], timeout=5)
                return muster.Answer(result.out, data={"ok": result.succeeded})

            def health(context):
                try:
                    kept[0].values.get("seen")
                except muster.CallError as error:
                    return [muster.Problem(str(error))]
        """)
        values, seen = {"seen": 6}, []

        def head(name, arguments):
            seen.append((name, arguments))
            if name == "get_value":
                key = arguments["key"]
                return {"output": {"value": values[key]} if key in values else {}}
            if name == "run_on_nodes":
                return {"output": {"results": [{"node": "n001", "succeeded": True, "status": 0, "out": "up", "err": "",
                                                "note": ""}]}}
            return {"output": {"keys": ["seen"]}}

        self.assertEqual(host.ask(hook="tick", calls=head), {"output": {}, "said": "['seen'] none\n"})
        self.assertIn(("put_values", {"values": {"seen": 7}, "removed": ["old"]}), seen)
        told = INPUT | {"verb": "report", "arguments": [], "by": "ada"}
        answer = host.ask(hook="run", told=told, calls=head)
        self.assertEqual(answer["output"], {"text": "up", "status": 0, "data": {"ok": True}})
        self.assertEqual(seen[-1], ("run_on_nodes", {"nodes": "n001,n002", "command": ["/bin/uptime", "ü"],
                                                     "timeout_s": 5}))
        (problem,) = host.ask(hook="health")["output"]["problems"]
        self.assertIn("has ended", problem["what"], "a hook that ended calls nothing")
        refused = host.ask(hook="run", told=told, calls=lambda name, arguments: {"error": "no right"})
        self.assertEqual(refused["error"], "raised CallError: no right")

    def test_the_host_of_another_version_does_not_answer(self):
        host = self.host("def tick(context):\n    print('done')\n")
        self.assertEqual(host.ask(hook="tick")["said"], "done\n")
        host.content = host.content.parent / "other"
        self.assertIn("of another version", host.ask(hook="tick")["error"])

    def test_files_are_read_as_utf8(self):
        host = self.host({"extension.py": """
            def tick(context):
                print(open(context.extension.directory + "/t.txt").read())
        """, "t.txt": "Lämpchen"})
        self.assertEqual(host.ask(hook="tick")["said"], "Lämpchen\n")

    def test_a_hook_is_told_of_nodes(self):
        node = {"name": "n001", "address": "10.42.1.1", "profile": "gpu"}
        told = INPUT | {"cluster": INPUT["cluster"] | {"nodes": [node]},
                        "nodes": [node | {"state": "ready", "event": 7, "time_ms": 1500}]}
        answer = self.host("""
            def nodes_ready(context, nodes):
                print(context.cluster.nodes, nodes)
        """).ask(hook="nodes_ready", told=told)
        self.assertEqual(answer["said"], "(Node('n001', '10.42.1.1', 'gpu', ''),) "
                                         "[NodeEvent('n001', '10.42.1.1', 'gpu', 'ready', 7, 1.5)]\n")

    def test_hooks_answer_what_they_are_asked(self):
        told = INPUT | {"verb": "report", "arguments": ["a"], "by": "ada", "nodes": []}
        host = self.host("""
            import muster

            def health(context):
                yield muster.Problem("dark", "a lamp")

            def metrics(context):
                return [muster.Metric("motd_lamps", 2, help="Lamps.")]

            def run(context, verb, arguments):
                return f"{verb} {arguments}"

            def tick(context):
                return 7
        """)
        self.assertEqual(host.ask(hook="health")["output"], {"problems": [{"what": "dark", "next": "a lamp"}]})
        self.assertEqual(host.ask(hook="metrics")["output"], {"metrics": [
            {"name": "motd_lamps", "help": "Lamps.", "type": "gauge", "samples": [{"labels": {}, "value": 2}]}]})
        self.assertEqual(host.ask(hook="run", told=told)["output"], {"text": "report ['a']", "status": 0})
        self.assertEqual(host.ask(hook="tick")["error"], "returned int, and answers nothing")
        for hook, said in (("health", "which is no muster.Problem"), ("metrics", "which is no muster.Metric"),
                           ("run", "not a str or muster.Answer")):
            wrong = self.host(f"def {hook}(*told):\n    return [7]\n").ask(hook=hook, told=told)
            self.assertIn(said, wrong["error"])

    def test_a_shell_hook_is_told_of_nodes_and_answers(self):
        told = INPUT | {"nodes": [{"name": "n001"}]}
        host = self.host({"hooks/nodes_ready": "#!/bin/sh\nexec jq -r '.nodes[].name'\n",
                          "hooks/configure": "#!/bin/sh\nexit 1\n",
                          "hooks/run": "#!/bin/sh\necho '{\"text\": \"done\"}'\n"}, "shell")
        self.assertEqual(host.ask(hook="nodes_ready", told=told), {"output": {}, "said": "n001\n"})
        self.assertEqual(host.ask(hook="run")["output"], {"text": "done"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
