"""Who may do what: each role has a socket of its own, and the kernel compares its group."""

import json

from room import HeadTest

SOCKETS = {"muster-viewer": "viewer.sock", "muster-operator": "operator.sock", "muster": "api.sock"}


class Roles(HeadTest):
    def as_member(self, group, *argv):
        """What nobody in particular does who is a member of this group alone."""
        return self.head.machine.run("setpriv", "--reuid=nobody", "--regid=nogroup", f"--groups={group}", *argv)

    def ask(self, group, socket, method, page, body=None):
        """The status of an answer; 0: no connection."""
        data = [] if body is None else ["--data-binary", json.dumps(body)]
        done = self.as_member(group, "curl", "-sS", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}", "-X", method,
                              "--unix-socket", f"/run/musterd/{socket}", f"http://muster{page}", *data)
        return int(done.stdout or b"0")

    def test_a_member_reaches_the_socket_of_its_own_role_only(self):
        for group in [*SOCKETS, "nogroup"]:
            reached = {socket for socket in SOCKETS.values() if self.ask(group, socket, "GET", "/v1/status") == 200}
            self.assertEqual(reached, {SOCKETS[group]} if group in SOCKETS else set(), group)

    def test_each_role_does_what_it_may(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        pages = {("GET", "/v1/nodes"): "muster-viewer",
                 ("POST", "/v1/nodes/reboot"): "muster-operator",
                 ("GET", "/v1/log"): "muster-operator",
                 ("POST", "/v1/nodes/exec"): "muster"}
        bodies = {"/v1/nodes/reboot": {"nodes": [node.name]},
                  "/v1/nodes/exec": {"nodes": [node.name], "command": ["true"]}}
        ranks = list(SOCKETS)
        for (method, page), lowest in pages.items():
            for group, socket in SOCKETS.items():
                status = self.ask(group, socket, method, page, bodies.get(page))
                may = ranks.index(group) >= ranks.index(lowest)
                self.assertEqual(status, 200 if may else 403, f"{group}: {method} {page}")
        logged = [entry for entry in self.head.admin("GET", "/v1/log")["entries"] if entry["status"] == 403]
        self.assertEqual(logged, [], "who only looks writes nothing into the log of commands")

    def test_people_are_told_which_group_they_need(self):
        node = self.node().boot().enrol()
        listed = self.as_member("muster-viewer", "muster", "node", "list")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn(node.name, listed.stdout.decode())
        for group, words, needed in (("muster-viewer", ("discover", "close"), "muster-operator"),
                                     ("muster-operator", ("user", "add", "hedy"), "'muster'"),
                                     ("nogroup", ("node", "list"), "muster-viewer")):
            done = self.as_member(group, "muster", *words)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(needed, done.stderr.decode())

    def test_what_people_asked_for_is_not_for_who_looks(self):
        self.head.admin("POST", "/v1/users", {"name": "ruth"})
        for group, kinds in (("muster-viewer", False), ("muster-operator", True)):
            done = self.as_member(group, "muster", "changes", "--json", "--last", "100")
            self.assertEqual(done.returncode, 0, done.stderr)
            told = {change["kind"] for change in json.loads(done.stdout)["changes"]}
            self.assertEqual("request" in told, kinds, group)
