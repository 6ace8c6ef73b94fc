"""Who changed what on a head is written down before it is answered."""

import json

from room import HeadTest
from service_manager import Helper


class Logged(HeadTest):
    def muster(self, *words, environment=()):
        with Helper(self.head.machine):
            done = self.head.machine.run("env", *environment, "muster", *words)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def entries(self):
        return self.head.admin("GET", "/v1/log")["entries"]

    def last(self):
        return self.entries()[-1]

    def test_a_command_is_there_with_who_and_what(self):
        # The machine gets no account here, which the command then says.
        self.muster("user", "add", "hedy", environment=["SUDO_USER=grace"])
        entry = self.last()
        self.assertEqual([entry[member] for member in ("who", "uid", "role", "action", "status", "error")],
                         ["grace", 0, "admin", "user add", 200, ""])
        self.assertEqual(json.loads(entry["request"])["name"], "hedy")
        self.head.admin("DELETE", "/v1/users/hedy")
        self.assertEqual((self.last()["action"], self.last()["request"]), ("user remove", "hedy"))
        status, out, _ = self.muster("log", "--last", "2")
        self.assertEqual(status, 0)
        lines = out.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[1], r"grace +admin +user add .*hedy.* done")

    def test_what_was_refused_is_there_with_the_reason(self):
        status, _, _ = self.muster("user", "add", "root")
        self.assertNotEqual(status, 0)
        entry = self.last()
        self.assertEqual((entry["action"], entry["status"]), ("user add", 409))
        self.assertIn("root", entry["error"])

    def test_questions_are_not_written_down(self):
        before = len(self.entries())
        for words in (("status",), ("node", "list"), ("user", "list"), ("log",)):
            self.muster(*words)
        self.assertEqual(len(self.entries()), before)

    def test_nobody_but_root_speaks_for_others(self):
        machine = self.head.machine
        spec = '{"open": true, "open_for_s": 60}'
        machine.check("setpriv", "--reuid=muster", "--regid=muster", "--clear-groups", "curl", "--silent",
                      "--unix-socket", "/run/musterd/api.sock", "--header", "Muster-Caller: ada", "--data", spec,
                      "http://muster/v1/discovery")
        entry = self.last()
        self.assertEqual((entry["who"], entry["action"]), ("muster", "discover"))
        self.assertNotEqual(entry["uid"], 0)

    def test_many_nodes_are_folded_and_hide_nothing(self):
        nodes = [self.node(machine).boot().enrol() for machine in ("a", "b")]
        names = sorted(node.name for node in nodes)
        for node in nodes:
            self.assertEqual(node.say("ready").status, 200)
        self.head.admin("POST", "/v1/nodes/reboot", {"nodes": names * 100, "reason": "firmware"})
        asked = json.loads(self.last()["request"])
        self.assertEqual(asked["reason"], "firmware")
        self.assertRegex(asked["nodes"], r"^n\[|^n\d+,")

    def test_root_notes_what_it_did_beside_the_daemon(self):
        deed = {"action": "image add", "request": "compute@ab12"}
        self.head.admin("POST", "/v1/log", deed)
        entry = self.last()
        self.assertEqual((entry["who"], entry["action"], entry["request"], entry["status"]),
                         ("root", "image add", "compute@ab12", 200))
        before = len(self.entries())
        for bad in ({"action": "", "request": "x"}, {"action": "image\nadd", "request": "x"}, {"action": "a" * 41, "request": "x"}):
            refused = self.head.machine.run("curl", "--silent", "--unix-socket", "/run/musterd/api.sock", "--data",
                                            json.dumps(bad), "http://muster/v1/log")
            self.assertEqual(json.loads(refused.stdout)["status"], 400, bad)
        done = self.head.machine.check("setpriv", "--reuid=muster", "--regid=muster", "--clear-groups", "curl", "--silent",
                                       "--unix-socket", "/run/musterd/api.sock", "--data", json.dumps(deed),
                                       "http://muster/v1/log")
        self.assertIn("only root", done)
        self.assertEqual(len(self.entries()), before)

    def test_a_name_that_is_none_is_not_believed(self):
        self.muster("user", "add", "hedy", environment=["SUDO_USER=a b\nc"])
        self.assertEqual(self.last()["who"], "root")
        self.head.admin("DELETE", "/v1/users/hedy")
