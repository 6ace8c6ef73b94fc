"""A node with two cards on the cluster's wire has its address once, on the card that it booted from."""

import os
import pathlib
import re
import signal
import subprocess

from head import ADDRESS
from room import HeadTest
from units import SOURCE
from wire import until

NETWORKD = "/usr/lib/systemd/systemd-networkd"
OTHER_CARDS = "packaging/systemd/80-muster-node.network"
TREE = "/run/tree"


class TwoCards(HeadTest):
    def setUp(self):
        self.machine = self.wire["twin"]
        self.macs = {card: self.machine.path(f"/sys/class/net/{card}/address").read_text().strip()
                     for card in ("eth0", "eth1")}

    def settings_of(self, boot_card):
        """What the agent writes for networkd in the initrd of a machine that booted from this card."""
        self.machine.write(f"{TREE}/proc/cmdline",
                           f"boot=muster BOOTIF=01-{self.macs[boot_card].replace(':', '-')}\n")
        for card, mac in self.macs.items():
            self.machine.write(f"{TREE}/sys/class/net/{card}/type", "1\n")
            self.machine.write(f"{TREE}/sys/class/net/{card}/address", f"{mac}\n")
            self.machine.write(f"{TREE}/sys/class/net/{card}/device/vendor", "x")
        return self.machine.check("/usr/bin/muster-agent", "network", "--root", TREE)

    def start_networkd(self, boot_card):
        for card in self.macs:
            self.machine.check("ip", "address", "flush", "dev", card)
        for name, text in (("70-muster-boot", self.settings_of(boot_card)),
                           ("80-muster-node", (SOURCE / OTHER_CARDS).read_text(encoding="utf-8"))):
            # A card of this room is a pair of kind veth, and one of a real machine has no kind.
            self.assertIn("\nKind=!*\n", text)
            self.machine.write(f"/run/systemd/network/{name}.network",
                               text.replace("\nKind=!*\n", "\nKind=veth\n"))
        # Without udev networkd takes no card that udev could still rename, unless /sys is read-only
        # as in a container.
        self.machine.check("mount", "-o", "remount,bind,ro", "/sys")
        log = open(pathlib.Path(self.head.logs) / "networkd.log", "ab")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            self.machine.inside("env", "SYSTEMD_PROC_CMDLINE=boot=muster", NETWORKD),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.end, process)

    def end(self, process):
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for child in children.read_text(encoding="utf-8").split():
            os.kill(int(child), signal.SIGTERM)
        process.wait(timeout=20)

    def addresses(self, card):
        said = self.machine.check("ip", "-4", "-o", "address", "show", "dev", card)
        return re.findall(r"inet ([0-9.]+)/", said)

    def is_configured(self, card):
        """Whether networkd has done with the card all that its settings say."""
        index = self.machine.path(f"/sys/class/net/{card}/ifindex").read_text().strip()
        state = self.machine.path(f"/run/systemd/netif/links/{index}")
        return state.exists() and "ADMIN_STATE=configured\n" in state.read_text()

    def test_the_other_card_has_no_address_and_answers_for_none(self):
        node = self.node("twin", macs=[self.macs["eth1"], self.macs["eth0"]]).boot()
        address = node.welcome["node"]["address"]
        line = f"{self.macs['eth1']},{self.macs['eth0']},{address},{node.name}\n"
        until(lambda: line in self.head.dhcp_hosts(), "the address is published for both cards")
        self.head.apply()
        self.start_networkd("eth1")
        until(lambda: all(map(self.is_configured, self.macs)), "networkd has done both cards")
        self.assertEqual((self.addresses("eth1"), self.addresses("eth0")), ([address], []))
        said = self.head.machine.check("busybox", "arping", "-b", "-c", "3", "-w", "4", "-I", "eth0",
                                       "-s", ADDRESS, address)
        self.assertEqual(set(re.findall(r"\[([0-9a-f:]+)\]", said)), {self.macs["eth1"]}, said)
        self.head.take_back(node.name)
