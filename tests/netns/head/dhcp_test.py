"""Addresses, boot files and names from the head when it is the only server on the wire."""

import ipaddress

import dhcp
from head import ADDRESS, BOOT
from room import HeadTest
from wire import until

LAST_QUARTER = ipaddress.ip_address("10.42.0.214")
UNKNOWN = (ipaddress.ip_address("10.42.0.100"), ipaddress.ip_address("10.42.0.250"))


class Addresses(HeadTest):
    def assert_unknown(self, answer):
        self.assertTrue(UNKNOWN[0] <= ipaddress.ip_address(answer["ip"]) <= UNKNOWN[1], answer)

    def as_node(self, machine):
        """The machine is a node by its own network card."""
        node = self.node(machine.name, macs=[machine.mac()]).boot()
        self.head.has_address(node)
        return node

    def test_an_unknown_machine_is_lent_an_address_and_told_what_to_load(self):
        machine = self.wire["blank"]
        for kind, file in ((dhcp.BIOS, "undionly.kpxe"), (dhcp.UEFI, "shimx64.efi"),
                           (dhcp.UEFI_OTHER, "shimx64.efi"),
                           (dhcp.HTTP_BOOT, f"http://{ADDRESS}/shimx64.efi"),
                           (dhcp.IPXE_BIOS, f"http://{ADDRESS}/boot/entry.ipxe"),
                           (dhcp.IPXE_UEFI, f"http://{ADDRESS}/boot/entry.ipxe")):
            answer = dhcp.lease(machine, kind)
            self.assert_unknown(answer)
            self.assertEqual(dhcp.boot_file(answer), file, kind)
            self.assertEqual((answer["siaddr"], answer["mask"]), (ADDRESS, "16"), kind)

    def test_machines_that_boot_from_the_network_have_most_of_the_loans_to_themselves(self):
        machine = self.wire["blank"]
        self.assertGreaterEqual(ipaddress.ip_address(dhcp.lease(machine)["ip"]), LAST_QUARTER)
        addresses = {dhcp.lease(machine, kind)["ip"]
                     for kind in (dhcp.BIOS, dhcp.IPXE_BIOS, dhcp.INITRD, dhcp.UEFI, dhcp.HTTP_BOOT)}
        self.assertEqual(len(addresses), 1, f"it changed its address while it booted: {addresses}")

    def test_the_wire_leads_nowhere_else(self):
        answer = dhcp.lease(self.wire["blank"])
        self.assertNotIn("router", answer)
        self.assertEqual((answer["dns"], answer["ntpsrv"]), (ADDRESS, ADDRESS))

    def test_an_adopted_machine_gets_its_one_address(self):
        machine = self.wire["b"]
        self.assert_unknown(dhcp.lease(machine))
        node = self.as_node(machine)
        address = node.welcome["node"]["address"]
        for kind in (dhcp.BIOS, dhcp.UEFI, dhcp.IPXE_BIOS, dhcp.SYSTEM):
            self.assertEqual(dhcp.lease(machine, kind)["ip"], address, kind)
        self.assertEqual(dhcp.lease(machine)["hostname"], node.name)
        self.head.remove(node.name)

    def test_the_machine_in_a_removed_nodes_place_gets_its_address(self):
        first, second = self.as_node(self.wire["a"]), self.wire["stranger"]
        address = first.welcome["node"]["address"]
        self.assertEqual(dhcp.lease(first.machine)["ip"], address)
        self.head.take_back(first.name)
        successor = self.as_node(second)
        self.assertEqual((successor.name, successor.welcome["node"]["address"]), (first.name, address))
        self.assertEqual(dhcp.lease(second)["ip"], address)
        self.head.take_back(successor.name)

    def test_a_node_with_another_network_card_is_adopted_in_its_own_place(self):
        node = self.as_node(self.wire["a"])
        name, address = node.name, node.welcome["node"]["address"]
        self.assertEqual(dhcp.lease(node.machine)["ip"], address)
        node.machine, node.anybody = self.wire["b"], self.anybody("a")
        node.mac = self.wire["b"].mac()
        node.hardware["macs"] = [node.mac]
        self.assertEqual(node.discover()["state"], "wait", "another machine may have the UUID")
        self.assertIn("uuid", [kind for kind, _ in self.head.events(name)])
        self.head.take_back(name)
        node.name = None
        node.boot()
        self.assertEqual((node.name, node.welcome["node"]["address"]), (name, address))
        self.head.has_address(node)
        self.assertEqual(dhcp.lease(node.machine)["ip"], address)
        self.head.take_back(name)


class Names(HeadTest):
    def test_head_and_nodes_have_names(self):
        node = self.node().boot()
        address = node.welcome["node"]["address"]
        for name, expected in (("head", ADDRESS), ("head.muster", ADDRESS)):
            self.assertEqual(self.resolve(name), expected)
        until(lambda: self.resolve(node.name) == address, f"{node.name} has its name")
        self.assertEqual(self.resolve(f"{node.name}.muster"), address)
        self.head.remove(node.name)
        until(lambda: self.resolve(node.name) is None, f"{node.name} lost its name")
        self.assertEqual(self.resolve("head"), ADDRESS)

    def test_addresses_have_names(self):
        said = self.wire["stranger"].check("busybox", "nslookup", ADDRESS, ADDRESS)
        self.assertIn("name = head.muster", said)

    def test_names_elsewhere_are_not_looked_up(self):
        for name in ("example.org", "nobody.muster", "nobody"):
            self.assertIsNone(self.resolve(name), name)

    def test_a_program_finds_its_node_by_the_plans_settings(self):
        node = self.node().boot().enrol()
        for step in node.plan()["steps"]:
            if step.get("path") == "/etc/resolv.conf":
                self.wire["a"].write("/etc/resolv.conf", step["content"])
        other = self.node("b").boot()
        for name, address in (("head", ADDRESS), (other.name, other.welcome["node"]["address"])):
            found = until(lambda name=name: self.wire["a"].run("getent", "ahostsv4", name).stdout, name)
            self.assertEqual(found.decode().split()[0], address)


class Tftp(HeadTest):
    def fetch(self, path, *options):
        return self.wire["stranger"].run("curl", "-sS", "--path-as-is", "--max-time", "10", *options,
                                         f"tftp://{ADDRESS}/{path}")

    def test_boot_loaders_arrive(self):
        for name in ("undionly.kpxe", "shimx64.efi", "grubx64.efi", "grub/grub.cfg"):
            expected = self.head.machine.check("cat", f"{BOOT}/{name}")
            self.assertEqual(self.fetch(name).stdout.decode(), expected, name)

    def test_nothing_outside_the_boot_directory(self):
        for path in ("/etc/passwd", "../../../../etc/passwd", "grub/../../../../../etc/passwd",
                     "../boot/../../../../etc/hostname", "/var/lib/muster/ca/ca.crt",
                     "..%2f..%2f..%2f..%2fetc/passwd", "%2fetc/passwd", "..\\..\\etc\\passwd", "",
                     "grub", ".", "/usr/share/muster/boot/../../../../etc/passwd"):
            done = self.fetch(path)
            self.assertNotEqual(done.returncode, 0, path)
            self.assertEqual(done.stdout, b"", path)

    def test_nothing_can_be_put(self):
        before = self.head.machine.check("ls", BOOT)
        self.wire["stranger"].write("/run/evil", "mine")
        for name in ("undionly.kpxe", "new"):
            self.assertNotEqual(self.fetch(name, "-T", "/run/evil").returncode, 0, name)
        self.assertEqual(self.head.machine.check("ls", BOOT), before)
        self.assertNotEqual(self.fetch("undionly.kpxe").stdout, b"mine")
