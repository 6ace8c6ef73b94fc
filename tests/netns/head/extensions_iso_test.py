"""Extensions that cluster.yaml names: installed from the ISO, when the head starts."""

import json

from extension_room import MOTD, SPECIFICATION, ExtensionsTest, writes
from head import MEDIUM

SPEC = "/etc/muster/cluster.yaml"
PLACE = f"{MEDIUM}/muster/extensions"
KEYS = f"{MEDIUM}/muster/extension-keys"
PACKAGES = f"{MEDIUM}/muster/packages"
NO_DEFAULT = """\
    import muster


    def configure(context):
        if context.settings["greeting"] == "Welcome.":
            raise ValueError("it was asked with the default")
        return muster.Steps(node=[muster.File("/etc/motd.d/hello", context.settings["greeting"] + "\\n")])
"""


class FromIso(ExtensionsTest):
    def setUp(self):
        super().setUp()
        self.machine.check("mkdir", "-p", PLACE, KEYS)
        path = self.machine.path(SPEC)
        before = path.read_text(encoding="utf-8")
        self.addCleanup(self.machine.write, SPEC, before)
        self.addCleanup(self.machine.check, "rm", "-rf", PLACE, KEYS, PACKAGES)

    def name(self, *extensions):
        """cluster.yaml names these."""
        path = self.machine.path(SPEC)
        text = path.read_text(encoding="utf-8").partition("\nextensions:")[0]
        rows = "".join(f"  - {{name: {name}{f', version: {version}' if version else ''}}}\n" for name, version in extensions)
        self.machine.write(SPEC, text + "\nextensions:\n" + rows)

    def put(self, hook, name, version="1.0.0", more="", files=MOTD):
        """A package on the ISO."""
        directory = self.project(hook, name=name, version=version, files=files)
        file = self.machine.path(f"{directory}/extension.yaml")
        file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
        self.check("ext", "pack", directory, "-o", PLACE)
        return f"{PLACE}/{name}-{version}.yaml"

    def from_iso(self):
        return self.muster("ext", "install", "--from-iso")

    def test_what_cluster_yaml_names_is_installed_once(self):
        first = self.put(writes(MOTD, "one\n"), "motd")
        self.check("ext", "keygen", "/root/ext/ada", "--no-password")
        self.check("ext", "sign", first, "--key", "/root/ext/ada.key")
        self.machine.check("cp", "/root/ext/ada.pub", KEYS)
        self.put(writes("/etc/issue", "two\n"), "issue", files="/etc/issue", more="requires:\n  - extension: motd\n")
        # The one that requires the other comes first here.
        self.name(("issue", "1.0.0"), ("motd", "1.0.0"))
        status, out, err = self.from_iso()
        self.assertEqual(status, 0, err)
        self.assertEqual(self.on_nodes(), {MOTD: "one\n", "/etc/issue": "two\n"})
        signers = {each["name"]: bool(each["signer"]) for each in self.listed()}
        self.assertEqual(signers, {"motd": True, "issue": False})
        before = self.listed()
        self.assertEqual(self.from_iso(), (0, "", ""))
        self.assertEqual(self.listed(), before, "what is there is not installed again")
        self.check("ext", "remove", "--yes", "issue")

    def test_another_iso_brings_another_version(self):
        self.put(writes(MOTD, "one\n"), "motd")
        self.name(("motd", "1.0.0"))
        self.assertEqual(self.from_iso()[0], 0)
        self.put(writes(MOTD, "two\n"), "motd", version="1.1.0")
        self.name(("motd", "1.1.0"))
        self.assertEqual(self.from_iso()[0], 0)
        self.assertEqual(self.on_nodes(), {MOTD: "two\n"})

    def test_any_version_is_the_newest_and_nothing_goes_back(self):
        self.put(writes(MOTD, "one\n"), "motd", version="1.9.0")
        self.put(writes(MOTD, "two\n"), "motd", version="1.10.0")
        self.name(("motd", ""))
        self.assertEqual(self.from_iso()[0], 0)
        self.assertEqual(self.on_nodes(), {MOTD: "two\n"})
        self.install(writes(MOTD, "three\n"), version="2.0.0")
        self.assertEqual(self.from_iso()[0], 0)
        self.assertEqual(self.on_nodes(), {MOTD: "three\n"})
        self.machine.check("rm", "-rf", PLACE)
        self.assertEqual(self.from_iso()[0], 0, "what root installed is right, whatever the ISO has")

    def test_settings_are_those_of_cluster_yaml_at_each_start(self):
        self.python_package()
        self.machine.check("sh", "-c", f"cp /root/ext/hello-0.1.0.* {PLACE}")
        path = self.machine.path(SPEC)
        text = path.read_text(encoding="utf-8")
        self.machine.write(SPEC, text + "\nextensions:\n  - name: hello\n    settings: [greeting=Good morning.]\n")
        self.assertEqual(self.from_iso()[0], 0)
        self.assertEqual(self.greeting(), "Good morning.\n")
        before = self.listed()
        self.assertEqual(self.from_iso()[0], 0)
        self.assertEqual(self.listed(), before, "what is so already is not set again")
        self.check("ext", "configure", "hello", "greeting=Hi.")
        self.assertEqual(self.from_iso()[0], 0)
        self.assertEqual(self.greeting(), "Good morning.\n")
        self.machine.write(SPEC, text + "\nextensions:\n  - name: hello\n    settings: [colour=red]\n")
        status, _, err = self.from_iso()
        self.assertEqual(status, 2, "it would be tried for ever")
        self.assertIn("no setting 'colour'", err)
        self.assertEqual(self.greeting(), "Good morning.\n")

    def test_an_extension_is_never_asked_without_the_settings_of_cluster_yaml(self):
        """What a service keeps may be lost by a default."""
        package = self.python_package(module=NO_DEFAULT)
        self.machine.check("sh", "-c", f"cp /root/ext/hello-0.1.0.* {PLACE}")
        path = self.machine.path(SPEC)
        path.write_text(path.read_text(encoding="utf-8") + "\nextensions:\n  - name: hello\n    settings: [greeting=Hi.]\n",
                        encoding="utf-8")
        status, _, err = self.from_iso()
        self.assertEqual((status, self.greeting()), (0, "Hi.\n"), err)
        self.check("ext", "remove", "--yes", "hello")
        self.check("ext", "install", "--yes", "--allow-unsigned", package)
        self.assertEqual(self.greeting(), "Hi.\n")

    def test_one_that_fails_keeps_no_other_away(self):
        self.put("exit 3\n", "bad")
        self.put(writes("/etc/issue", "two\n"), "issue", files="/etc/issue")
        self.name(("bad", "1.0.0"), ("gone", "1.0.0"), ("issue", "1.0.0"))
        status, _, err = self.from_iso()
        self.assertNotEqual(status, 0)
        self.assertIn("extension 'bad' does not work", err)
        self.assertIn("names extension 'gone' 1.0.0", err)
        self.assertEqual([each["name"] for each in self.listed()], ["issue"])

    def test_two_that_need_each_others_new_version_come_together(self):
        for version, needed, text in (("1.0.0", "<2.0.0", "one"), ("2.0.0", ">=2.0.0", "two")):
            self.put(writes(MOTD, f"{text}\n"), "motd", version=version)
            self.put(writes("/etc/issue", f"{text}\n"), "issue", files="/etc/issue", version=version,
                     more=f"requires:\n  - extension: motd\n    version: \"{needed}\"\n")
            self.name(("issue", version), ("motd", version))
            status, _, err = self.from_iso()
            self.assertEqual(status, 0, err)
            self.assertEqual(self.on_nodes(), {MOTD: f"{text}\n", "/etc/issue": f"{text}\n"})
        self.check("ext", "remove", "--yes", "issue")

    def test_what_root_installed_beside_the_iso_is_right(self):
        self.install(writes(MOTD, "one\n"), version="1.1.0")
        self.name(("motd", "1.1.0"))
        self.assertEqual(self.from_iso()[0], 0)
        self.name(("motd", "1.2.0"))
        self.assertEqual(self.from_iso()[0], 2)

    def test_a_server_believes_its_own_keys_only(self):
        file = self.put(writes(MOTD, "one\n"), "motd")
        self.name(("motd", "1.0.0"))
        facts = self.machine.path("/run/muster/head.json")
        before = facts.read_text(encoding="utf-8")
        self.addCleanup(self.machine.write, "/run/muster/head.json", before)
        self.machine.write("/run/muster/head.json", json.dumps(json.loads(before) | {"live": False}))
        status, _, err = self.from_iso()
        self.assertEqual(status, 2)
        self.assertIn("is not signed", err)
        self.check("ext", "keygen", "/root/ext/ada", "--no-password")
        self.check("ext", "sign", file, "--key", "/root/ext/ada.key")
        self.machine.check("cp", "/root/ext/ada.pub", KEYS)
        self.assertEqual(self.from_iso()[0], 2, "a key on the ISO is nobody's word there")
        self.machine.check("install", "-D", "-m", "0644", "/root/ext/ada.pub", "/etc/muster/extension-keys/ada.pub")
        self.assertEqual(self.from_iso()[0], 0)

    def test_nothing_is_named(self):
        self.assertEqual(self.from_iso(), (0, "", ""))
        self.assertIn("no package was named", self.refuse(2, "ext", "install"))
        self.assertIn("takes no package", self.refuse(2, "ext", "install", "--from-iso", "x.yaml"))
        self.assertIn("no other option", self.refuse(2, "ext", "install", "--from-iso", "--dry-run"))

    def needs(self, place, package):
        rights = f"  - place: {place}\n    packages: [{package}]\n    reason: x\n"
        text = SPECIFICATION.format(name="motd", version="1.0.0", files=MOTD)
        directory = self.project(writes(MOTD, "one\n"))
        self.machine.write(f"{directory}/extension.yaml", text + rights)
        packed = json.loads(self.check("ext", "pack", directory, "-o", "/root/ext", "--json"))
        return packed["specification"]

    def test_debian_packages_that_it_needs_must_be_there(self):
        self.machine.write(PACKAGES, "# layer package\nbase dash 0.5\nimage-compute htop 3\nimage-fat htop 3\n"
                                     "image-fat octave 9\nhead sl 5\n")
        for place, package, is_there in (("node", "dash", True), ("node", "htop", True), ("node", "octave", False),
                                         ("node", "sl", False), ("head", "dash", True), ("head", "no-such", False)):
            words = ("ext", "install", "--yes", "--allow-unsigned", self.needs(place, package))
            if is_there:
                self.check(*words)
                self.check("ext", "remove", "--yes", "motd")
            else:
                self.assertIn(f"needs the Debian package '{package}'", self.refuse(1, *words))
        self.assertEqual(self.listed(), [])
