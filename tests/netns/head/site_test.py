"""A head with a network to the site: nodes are shown the way out and names there, and nobody else is."""

import subprocess

import dhcp
from head import ADDRESS
from room import HeadTest
from wire import until

RESOLVERS = "/run/muster/resolv.conf"
NAME_SERVER = "10.42.0.15"


def setUpModule():
    """The helper found a card that leads to the site."""
    HeadTest.head.stop()
    HeadTest.head.machine.write(RESOLVERS, f"nameserver {NAME_SERVER}\n")
    HeadTest.head.start(external="eth1", resolvers=RESOLVERS)


def tearDownModule():
    HeadTest.head.stop()
    HeadTest.head.start()


class Site(HeadTest):
    def test_a_node_gets_a_way_out_and_a_machine_that_nobody_adopted_gets_none(self):
        self.assertNotIn("router", dhcp.lease(self.wire["blank"], dhcp.BIOS))
        self.assertNotIn("router", dhcp.lease(self.wire["blank"]))
        machine = self.wire["b"]
        node = self.node(machine.name, macs=[machine.mac()]).boot()
        self.head.has_address(node)
        self.assertEqual(dhcp.lease(machine)["router"], ADDRESS)
        self.head.take_back(node.name)

    def test_names_of_the_site_are_asked_of_its_servers(self):
        machine = self.wire["site"]
        machine.path("/run/names.pid").unlink(missing_ok=True)
        server = subprocess.Popen(machine.inside(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            "--pid-file=/run/names.pid", "--address=/licence.example.org/192.0.2.7", "--log-facility=/dev/null"))
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.addCleanup(lambda: machine.check("kill", machine.path("/run/names.pid").read_text(encoding="utf-8").strip()))
        until(machine.path("/run/names.pid").exists, "the site's name server starts")
        until(lambda: self.resolve("licence.example.org") == "192.0.2.7", "a name of the site")
        self.assertEqual(self.resolve("head"), ADDRESS)
        self.assertIsNone(self.resolve("nobody.muster"), "the cluster's own names are not asked there")

    def test_the_status_tells_how_nodes_get_out(self):
        self.assertEqual(self.head.admin("GET", "/v1/status")["route"], "nat")
