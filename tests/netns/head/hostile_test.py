"""What a machine says of itself is anybody's text: it never becomes a script, a configuration or the
end of the daemon."""

import json
import unicodedata

from node import hardware
from room import HeadTest

# Characters that mean something to iPXE, GRUB, shells, dnsmasq, nginx and terminals.
MARK = "evil"
TEXTS = (f'"; {MARK}; "', f"${{{MARK}}}", f"$({MARK})", f"`{MARK}`", f"x\n{MARK} 10.42.0.1\n",
         f"\r\n\r\n{MARK}", f"\x1b]0;{MARK}\x07", f"\u202e{MARK}\u009b2J", f"\\n{MARK}", "%s%n" + MARK,
         MARK * 5000, f"{MARK}\x00{MARK}")
# A parser or a copy that recurses needs more stack for this than a thread has.
DEPTH = 100_000
LISTS = b"[" * DEPTH + b"]" * DEPTH
OBJECTS = b'{"a":' * DEPTH + b"1" + b"}" * DEPTH


def texts(value):
    """Every text in what JSON became."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple)):
        return [text for entry in value for text in texts(entry)]
    return [value] if isinstance(value, str) else []


class HostileReports(HeadTest):
    def report(self, body, machine="stranger"):
        return self.anybody(machine).plain("POST", "/node/v1/discover", body)

    def assert_plain(self, name):
        """What is shown of a node does nothing to a terminal, and is short enough to be read."""
        shown = texts([self.head.node(name), self.head.events(name)])
        for text in shown:
            self.assertNotIn("Cc", [unicodedata.category(letter) for letter in text], ascii(text))
            self.assertLessEqual(len(text), 5000)

    def test_texts_of_a_report_reach_no_file_and_no_script(self):
        node = self.node(vendor=TEXTS[0], product=TEXTS[4], serial=TEXTS[1], disks=[
            {"name": text, "size": 1, "model": text} for text in TEXTS],
            lldp={"system": TEXTS[2], "port": TEXTS[4]}, uuid=TEXTS[5]).boot()
        self.head.has_address(node)
        written = {name: self.head.state_file(name) for name in
                   ("dnsmasq/names/nodes", "head-plan.json")}
        written["hosts"] = self.head.dhcp_hosts()
        mac = node.mac.replace(":", "-")
        for page in ("/boot/entry.ipxe", f"/boot/node.ipxe?mac={mac}", f"/grub/node/{mac}.cfg"):
            written[page] = self.anybody().plain("GET", page).text
        written["plan"] = json.dumps(node.enrol().plan())
        for name, text in written.items():
            self.assertNotIn(MARK, text, name)

    def test_texts_are_shown_without_control_characters(self):
        for text in TEXTS:
            node = self.node(vendor=text, product=text)
            self.assertEqual(self.report({"hardware": node.hardware}).status, 200)
            name = self.head.adopt(node.mac)
            self.assert_plain(name)
            self.head.remove(name)

    def test_failures_that_a_machine_tells_are_plain_text(self):
        node = self.node().boot()
        for text in TEXTS:
            body = {"session": node.welcome["session"], "stage": text, "failure": text,
                    "progress": 10**18}
            self.assertIn(node.anybody.plain("POST", "/node/v1/stage", body).status, (200, 400))
        node.enrol()
        for text in TEXTS:
            body = {"stage": text, "failure": text, "generation": text}
            self.assertIn(node.client.tls("POST", "/node/v1/report", body).status, (200, 400))
        self.assert_plain(node.name)
        self.assert_alive(node)

    def test_ethernet_addresses_are_nothing_else(self):
        for mac in (*TEXTS, "52:54:00:aa:bb", "52:54:00:aa:bb:cc,10.42.0.1,head", "",
                    "52:54:00:aa:bb:gg"):
            report = hardware(macs=[mac])
            self.assertEqual(self.report({"hardware": report}).status, 400, mac[:50])
        for page in ("/boot/node.ipxe", "/boot/node.ipxe?mac=", "/boot/node.ipxe?mac=$%7Bnet0/mac%7D",
                     "/boot/node.ipxe?mac=52-54-00-aa-bb-cc%0aboot", "/boot/node.ipxe?mac=%00",
                     "/grub/node/$(reboot).cfg", "/grub/node/52-54-00-aa-bb-cc%0areboot.cfg",
                     "/grub/node/.cfg", "/grub/node/../.cfg", "/grub/node/%22%3B.cfg"):
            answer = self.anybody().plain("GET", page)
            self.assertIn(answer.status, (400, 404), f"{page}: {answer}")
            self.assertNotIn("reboot\n", answer.text)

    def test_members_of_another_kind_are_refused_or_passed_over(self):
        node = self.node().boot().enrol()
        for name in ("uuid", "vendor", "firmware", "secure_boot", "macs", "sockets", "memory", "disks",
                     "lldp", "cores_per_socket"):
            for value in (None, True, -1, 2**64 - 1, 1e300, "x", [], [[]], {}, [None], {"a": {}}):
                answer = self.report({"hardware": hardware(**{name: value})}, "blank")
                self.assertIn(answer.status, (200, 400), (name, value))
        self.assert_alive(node)

    def test_what_is_too_much_of_a_thing_is_left_out_and_said(self):
        macs = [f"52:54:01:00:{i // 256:02x}:{i % 256:02x}" for i in range(5000)]
        disks = [{"name": "a", "size": 1, "model": ""}] * 5000
        self.assertEqual(self.report({"hardware": hardware(macs=macs, disks=disks)}).status, 200)
        name = self.head.adopt(macs[0])
        shown = self.head.node(name)["hardware"]
        self.assertEqual((shown["macs"][0], len(shown["macs"]), len(shown["disks"])), (macs[0], 64, 512))
        self.assertEqual(shown["left_out"], {"network_cards": 4936, "disks": 4488})
        said = [text for _, text in self.head.events(name)]
        self.assertTrue(any("4488 disks" in text for text in said), said)
        self.head.remove(name)


class HostileBodies(HeadTest):
    """Every page that takes a body, with bodies that no agent sends."""

    def pages(self, node):
        """Ways to send a body: as a stranger, and as a node that went bad."""
        plain = [(node.anybody.plain, f"/node/v1/{page}") for page in ("discover", "stage")]
        return plain + [(node.client.tls, f"/node/v1/{page}") for page in ("enrol", "report", "renew")]

    def assert_refused(self, node, body, statuses):
        for send, page in self.pages(node):
            answer = send("POST", page, body)
            self.assertIn(answer.status, statuses, f"{page}: {answer.text[:200]}")
        self.assert_alive(node)

    def test_what_is_no_json(self):
        node = self.node().boot().enrol()
        for body in (b"", b"{", b"\xff\xfe\x00", b"null", b"[]", b'"x"', b"1e999",
                     b'{"hardware":"\xff"}', b'{"hardware":{"macs":["\xed\xa0\x80"]}}', b"\x00" * 1000):
            self.assert_refused(node, body, (400,))

    def test_deep_json(self):
        node = self.node().boot().enrol()
        whole = b'{"hardware":{"macs":' + LISTS + b'},"token":"x","stage":' + OBJECTS + b"}"
        for body in (LISTS, OBJECTS, LISTS[:DEPTH], whole):
            self.assert_refused(node, body, (400,))

    def test_large_bodies(self):
        node = self.node().boot().enrol()
        self.assert_refused(node, b" " * (1 << 20), (400,))
        self.assert_refused(node, b" " * ((1 << 20) + 1), (413,))
        text = b'{"hardware":{"vendor":"' + b"v" * 1_000_000 + b'"}}'
        self.assert_refused(node, text, (400,))

    def test_long_lines(self):
        """nginx closes such a connection; whether its answer still arrives is a matter of time."""
        node = self.node().boot().enrol()
        for client, scheme in ((node.anybody, "http"), (node.client, "https")):
            answer = client.call(scheme, "GET", "/boot/node.ipxe?mac=" + "5" * 60_000)
            self.assertIn(answer.status, (0, 400, 404, 414))
            answer = client.call(scheme, "GET", "/node/v1/plan", headers=["X-Long: " + "x" * 60_000])
            self.assertIn(answer.status, (0, 400, 404))
        self.assert_alive(node)
