"""A wire on which somebody else answers DHCP: the head is silent until it is told what to do."""

import subprocess

import dhcp
from head import ADDRESS
from room import MACHINES, HeadTest
from wire import until

SITE = "10.42.0.15"
SITE_RANGE = ("10.42.0.60", "10.42.0.70")


def setUpModule():
    """The head boots beside a server of the site."""
    HeadTest.head.stop()
    HeadTest.head.start(other_dhcp=SITE)


def tearDownModule():
    # A decision holds at the next start, too.
    HeadTest.head.change_dhcp("serve")
    HeadTest.head.stop()
    HeadTest.head.start()


class OtherServer(HeadTest):
    """What the tests of this file share."""

    def site_server(self):
        """The other DHCP server; it says nothing of booting, and asks no address before it lends it."""
        machine = self.wire["site"]
        machine.path("/run/site.pid").unlink(missing_ok=True)
        server = subprocess.Popen(machine.inside(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=eth0",
            "--pid-file=/run/site.pid", "--dhcp-leasefile=/run/site.leases", "--no-ping",
            f"--dhcp-range={SITE_RANGE[0]},{SITE_RANGE[1]},255.255.0.0", "--log-facility=/dev/null"))
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        until(machine.path("/run/site.pid").exists, "the site's server starts")
        self.addCleanup(self.stop_site, machine)

    @staticmethod
    def stop_site(machine):
        machine.check("kill", machine.path("/run/site.pid").read_text(encoding="utf-8").strip())

    def listening(self, port):
        return self.head.machine.check("ss", "-luH", "sport", "=", f":{port}").strip() != ""


class BeforeDecision(OtherServer):
    """Runs before the next class: a decision is kept."""

    def test_no_dhcp_is_answered(self):
        self.assertEqual(self.head.admin("GET", "/v1/status")["dhcp"], "silent")
        self.assertFalse(self.listening(67))
        self.assertEqual(dhcp.lease(self.wire["blank"], dhcp.BIOS, tries=1), {})

    def test_the_administrator_is_told_what_to_do(self):
        problems = self.head.admin("GET", "/v1/status")["problems"]
        shown = next(problem for problem in problems if SITE in problem["what"])
        self.assertIn("muster dhcp take", shown["next"])

    def test_names_and_boot_files_are_there(self):
        self.assertEqual(self.resolve("head.muster"), ADDRESS)
        done = self.wire["blank"].check("curl", "-sS", f"tftp://{ADDRESS}/undionly.kpxe")
        self.assertIn("undionly.kpxe", done)

    def test_nodes_are_still_nodes(self):
        node = self.node().boot().enrol()
        self.assert_alive(node)


class Decided(OtherServer):
    """The administrator ran 'muster dhcp proxy'."""

    @classmethod
    def setUpClass(cls):
        cls.head.change_dhcp("proxy")

    def test_addresses_come_from_the_other_server(self):
        self.site_server()
        answer = dhcp.lease(self.wire["blank"])
        self.assertEqual(answer["serverid"], SITE)
        self.assertIn(answer["ip"], [f"10.42.0.{number}" for number in range(60, 71)])

    def test_without_the_other_server_there_are_no_addresses(self):
        self.assertEqual(dhcp.lease(self.wire["blank"], dhcp.BIOS, tries=1), {})

    def test_firmware_is_told_what_to_load_and_gets_no_address_from_us(self):
        self.site_server()
        for architecture, file in ((0, "undionly"), (7, "shimx64.efi")):
            offers = dhcp.listen(self.wire["blank"], architecture, servers=2)
            self.assertEqual(set(offers), {SITE, ADDRESS}, offers)
            self.assertNotEqual(offers[SITE]["address"], "0.0.0.0")
            self.assertEqual(offers[ADDRESS]["address"], "0.0.0.0")
            ours = offers[ADDRESS] if architecture == 0 else dhcp.ask_boot_server(
                self.wire["blank"], architecture, ADDRESS)
            self.assertIn(file, ours["file"] + ours["menu"], f"architecture {architecture}: {ours}")

    def test_a_node_has_the_address_that_it_is_heard_from(self):
        node = self.node("a").boot().enrol()
        node.client.tls("POST", "/node/v1/heartbeat", {})
        self.assertEqual(self.head.node(node.name)["address"], MACHINES["a"].split("/")[0])
        until(lambda: self.resolve(f"{node.name}.muster") == MACHINES["a"].split("/")[0],
              "the node's name means that address")
        plan = node.client.tls("GET", "/node/v1/plan").json()
        hosts = next(step["content"] for step in plan["steps"] if step.get("path") == "/etc/hosts")
        self.assertIn(f"{MACHINES['a'].split('/')[0]} {node.name}.", hosts)

    def test_it_may_take_over(self):
        self.head.change_dhcp("serve")
        self.addCleanup(self.head.change_dhcp, "proxy")
        self.assertEqual(dhcp.lease(self.wire["blank"], dhcp.BIOS)["serverid"], ADDRESS)
