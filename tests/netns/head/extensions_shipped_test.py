"""Extensions that come with Muster: found, installed by their names, upgraded; and what their services keep."""

import json
import pathlib
import shutil

from extension_room import MOTD, ExtensionsTest, writes

SHIPPED = "/usr/share/muster/extensions"
DATA = "/var/lib/muster-extension-data"


class Shipped(ExtensionsTest):
    def ship(self, content, version="1.0.0", name="motd", files=MOTD):
        """As if Muster had come with this package, and with no other."""
        self.machine.check("mkdir", "-p", SHIPPED)
        self.check("ext", "pack", self.project(writes(files, content), name=name, version=version, files=files), "-o", SHIPPED)

    def alone(self):
        """Muster comes with what `ship` packs."""
        self.addCleanup(self.machine.check, "rm", "-rf", SHIPPED)

    def test_what_comes_with_muster_is_found(self):
        self.addCleanup(self.machine.check, "rm", "-rf", SHIPPED)
        build = pathlib.Path(self.head.musterd_program).resolve().parents[1]
        shutil.copytree(build / "share/muster/extensions", self.machine.path(SHIPPED))
        found = json.loads(self.check("ext", "search", "--json", "Prometheus"))["extensions"]
        self.assertEqual([each["name"] for each in found], ["monitoring"])
        self.assertIn("monitoring", self.check("ext", "search"))
        self.assertIn("no extension", self.check("ext", "search", "no-such-thing"))
        self.assertIn("no extension 'no-such' comes with Muster", self.refuse(2, "ext", "install", "no-such"))

    def test_is_installed_by_its_name_and_upgraded(self):
        self.alone()
        self.ship("one\n")
        self.ship("zero\n", version="0.9.0")
        self.check("ext", "install", "--yes", "motd")
        self.assertEqual([(each["version"], each["signer"]) for each in self.listed()], [("1.0.0", "muster")])
        self.assertEqual(self.on_nodes(), {MOTD: "one\n"})
        self.assertIn("nothing to do", self.check("ext", "upgrade"))
        self.install(writes("/etc/issue", "two\n"), name="issue", files="/etc/issue")
        self.ship("newer\n", version="1.10.0")
        self.assertIn("1.10.0", self.check("ext", "upgrade", "--dry-run"))
        self.assertEqual(self.on_nodes(), {MOTD: "one\n", "/etc/issue": "two\n"})
        self.check("ext", "upgrade", "--yes")
        self.assertEqual(self.on_nodes(), {MOTD: "newer\n", "/etc/issue": "two\n"})
        self.assertIn("does not come with Muster", self.refuse(2, "ext", "upgrade", "--yes", "issue"))
        self.ship("ours\n", name="issue", version="9.0.0", files="/etc/issue")
        self.assertIn("nothing to do", self.check("ext", "upgrade", "--yes"), "another one of that name is somebody else's")
        self.assertIn("gone", self.refuse(2, "ext", "upgrade", "--yes", "gone"))

    def test_what_only_looks_like_it_is_unsigned(self):
        self.alone()
        self.ship("one\n")
        other = self.package(writes(MOTD, "other\n"))
        self.assertIn("is not signed", self.refuse(2, "ext", "install", "--yes", other))

    def test_what_services_keep_stays_until_it_is_purged(self):
        self.install(writes(MOTD, "one\n"))
        self.machine.write(f"{DATA}/motd/lamps", "3\n")
        told = self.check("ext", "remove", "--dry-run", "motd")
        self.assertIn("--purge", told)
        self.assertIn("stays in", self.check("ext", "remove", "--yes", "motd"))
        self.assertTrue(self.machine.path(f"{DATA}/motd/lamps").exists())
        self.assertIn("LOST", self.check("ext", "remove", "--dry-run", "--purge", "motd"))
        self.check("ext", "remove", "--yes", "--purge", "motd")
        self.assertFalse(self.machine.path(f"{DATA}/motd").exists())
        self.assertIn("motd", self.refuse(2, "ext", "remove", "--yes", "--purge", "motd"))
