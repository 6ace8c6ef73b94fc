"""Extensions in Python, their settings, what they have on the head, and what they need of each other."""

import json

from extension_room import MOTD, ExtensionsTest, writes
from service_manager import Helper


class PythonExtensions(ExtensionsTest):
    def test_a_new_project_in_python_works_and_is_configured(self):
        package = self.python_package()
        self.assertIn("OK", self.check("ext", "test", "/root/ext/hello"))
        self.check("ext", "install", "--yes", "--allow-unsigned", package)
        self.assertEqual(self.greeting(), "Welcome.\n")
        self.assertIn("configured hello", self.check("ext", "configure", "hello", "greeting=Good morning, ü \"x\""))
        self.assertEqual(self.greeting(), "Good morning, ü \"x\"\n")
        self.assertIn("greeting = Good morning", self.check("ext", "show", "hello"))
        (extension,) = self.listed()
        self.assertEqual(extension["settings"], [
            {"name": "greeting", "type": "text", "value": "Good morning, ü \"x\"", "default": "Welcome.", "choices": [],
             "about": "what people read when they log in to a node"}])
        for words in (["colour=red"], ["greeting"], ["=x"], [], ["greeting=\x1b"], ["greeting=x", "greeting=y"]):
            self.refuse_any("ext", "configure", "hello", *words)
        self.assertIn("did you mean", self.refuse_any("ext", "configure", "hello", "greting=x"))
        self.assertIn("there is no extension", self.refuse_any("ext", "configure", "nobody", "greeting=x"))
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        self.head.apply()
        self.assertEqual(self.greeting(), "Good morning, ü \"x\"\n", "settings outlive the daemon")
        self.check("ext", "install", "--yes", "--allow-unsigned", package)
        self.assertEqual(self.greeting(), "Good morning, ü \"x\"\n", "and an installation")
        self.check("ext", "configure", "hello", "--unset", "greeting")
        self.assertEqual(self.greeting(), "Welcome.\n")

    def refuse_any(self, *words):
        status, out, err = self.muster(*words)
        self.assertIn(status, (1, 2), out + err)
        return err

    def test_settings_with_which_it_fails_are_not_taken(self):
        package = self.python_package(module="""
            import muster

            def configure(context):
                if context.settings["greeting"] == "bad":
                    raise ValueError("too rude")
                return muster.Steps(node=[muster.File("/etc/motd.d/hello", context.settings["greeting"])])
            """)
        self.check("ext", "install", "--yes", "--allow-unsigned", package)
        said = self.refuse(1, "ext", "configure", "hello", "greeting=bad")
        self.assertIn("raised ValueError: too rude", said)
        self.assertIn("in configure", said)
        self.assertIn("nothing was changed", said)
        (extension,) = self.listed()
        self.assertEqual((extension["active"], extension["error"]), (True, ""))
        self.assertEqual(self.greeting(), "Welcome.")

    def test_who_only_looks_configures_nothing(self):
        self.check("ext", "install", "--yes", "--allow-unsigned", self.python_package())
        done = self.machine.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=muster-viewer", "muster", "ext",
                                "configure", "hello", "greeting=x")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"needs the role", done.stderr)
        self.assertEqual(self.greeting(), "Welcome.\n")

    ON_HEAD = """\
  - place: head
    files: [/etc/hello.conf]
    units: [hello.service]
    reason: what it tells to people on the head
"""
    HEAD_MODULE = """
        import muster

        def configure(context):
            return muster.Steps(head=[muster.File("/etc/hello.conf", "on"), muster.Service("hello.service")])
        """

    def head_plan(self):
        steps = json.loads(self.machine.path("/var/lib/muster/head-plan.json").read_text(encoding="utf-8"))["steps"]
        return [step for step in steps if "hello" in json.dumps(step)]

    def test_what_it_wants_of_the_head_is_in_the_heads_plan_until_it_is_removed(self):
        package = self.python_package(more=self.ON_HEAD, module=self.HEAD_MODULE)
        with Helper(self.machine):
            self.assertIn("ON THIS HEAD, as root", self.check("ext", "install", "--dry-run", "--allow-unsigned", package))
            self.check("ext", "install", "--yes", "--allow-unsigned", package)
            self.assertEqual([step["step"] for step in self.head_plan()], ["file", "service"])
            (extension,) = self.listed()
            self.assertEqual((extension["steps"], extension["steps_on_head"]), (0, 2))
            self.check("ext", "remove", "--yes", "hello")
            self.assertEqual(self.head_plan(), [])

    def test_one_whose_steps_fail_on_the_head_is_taken_back(self):
        package = self.python_package(more=self.ON_HEAD, module=self.HEAD_MODULE)
        with Helper(self.machine, succeeds=False) as helper:
            helper.tell({"succeeded": False, "steps": [
                {"step": "service hello.service running", "origin": "extension hello", "outcome": "failed",
                 "reason": "there is no such unit"}]})
            said = self.refuse(1, "ext", "install", "--yes", "--allow-unsigned", package)
        self.assertIn("there is no such unit", said)
        self.assertEqual(self.listed(), [])
        self.assertEqual(self.head_plan(), [])

    def test_what_is_musters_on_the_head_is_nobodys_else(self):
        module = "import muster\n\ndef configure(context):\n    return muster.Steps()\n"
        for number, asked in enumerate(("files: [/etc/slurm/slurm.conf]", "directories: [/etc/slurm]",
                                        "units: [slurmctld.service]")):
            more = f"  - place: head\n    {asked}\n    reason: x\n"
            package = self.python_package(f"hello{number}", more=more, module=module)
            said = self.refuse(1, "ext", "install", "--yes", "--allow-unsigned", package)
            self.assertIn("does not fit on this head", said)
            self.assertIn("'jobs'", said)
        self.assertEqual(self.listed(), [])

    def test_one_that_is_disabled_has_no_steps_until_it_is_enabled(self):
        self.install(writes(MOTD, "one\n"))
        self.check("ext", "disable", "motd")
        self.assertEqual(self.on_nodes(), {})
        self.assertIn("disabled", self.check("ext", "list"))
        self.assertIn("belongs to 'motd'", self.refuse_install(writes(MOTD, "two\n"), name="other"))
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        self.head.apply()
        self.assertEqual(self.on_nodes(), {}, "also when the daemon starts anew")
        self.check("ext", "enable", "motd")
        self.assertEqual(self.on_nodes(), {MOTD: "one\n"})

    def test_one_that_is_disabled_can_be_replaced(self):
        self.install(writes(MOTD, "one\n"))
        self.check("ext", "disable", "motd")
        self.install(writes(MOTD, "two\n"), version="1.1.0")
        (extension,) = self.listed()
        self.assertEqual((extension["version"], extension["disabled"]), ("1.1.0", True))
        self.assertEqual(self.on_nodes(), {})
        self.check("ext", "enable", "motd")
        self.assertEqual(self.on_nodes(), {MOTD: "two\n"})

    def test_tests_of_a_project_refuse_what_the_head_refuses(self):
        for step in ('{"step": "file", "path": "/etc/motd.d/hello", "content": "x", "mode": "4755"}',
                     '{"step": "file", "path": "/etc/motd.d/hello", "content": "x", "mode": "0664"}',
                     '{"step": "file", "path": "/etc/motd.d/hello", "content": "x", "owner": "www-data"}',
                     '{"step": "file", "path": "/etc/motd.d/hello", "content": "x", "ower": "root"}',
                     '{"step": "file", "path": "/etc/motd.d/hello", "content": 3}',
                     '{"step": "file", "path": "/etc/motd.d/../shadow", "content": "x"}',
                     '{"step": "file", "path": "/etc/shadow", "content": "x"}',
                     '{"step": "unit", "unit": "ssh.service"}', '{"step": "fly"}', '"step"',
                     '{"step": "file", "path": "/etc/motd.d/hello"}'):
            self.machine.check("rm", "-rf", "/root/ext/hello")
            package = self.python_package(module=f"def configure(context):\n    return {{'node': [{step}]}}\n")
            self.refuse(1, "ext", "test", "/root/ext/hello")
            self.refuse(1, "ext", "install", "--yes", "--allow-unsigned", package)
        self.assertEqual(self.listed(), [])

    def test_what_others_require_comes_first_and_goes_last(self):
        more = 'requires:\n  - extension: motd\n    version: ">=1.1.0 <2.0.0"\n'
        module = "import muster\n\ndef configure(context):\n    return muster.Steps()\n"
        package = self.python_package(more=more, module=module)
        install = ("ext", "install", "--yes", "--allow-unsigned")
        self.assertIn("it is not installed", self.refuse(1, *install, package))
        self.install(writes(MOTD, "one\n"))
        self.assertIn("that is 1.0.0", self.refuse(1, *install, package))
        self.install(writes(MOTD, "two\n"), version="1.1.0")
        self.check(*install, package)
        self.assertIn("'hello-0.1.0' requires the extension 'motd'", self.refuse(1, "ext", "remove", "--yes", "motd"))
        self.assertIn("requires the extension 'motd'", self.refuse_install(writes(MOTD, "x\n"), version="2.0.0"))
        self.assertEqual([each["version"] for each in self.listed()], ["0.1.0", "1.1.0"])
        self.check("ext", "remove", "--yes", "hello")
        self.check("ext", "remove", "--yes", "motd")

    def gex(self, program, name="hpc_base", more=""):
        """A pair as the platform of 2006 had it. Its .gex."""
        self.machine.write(f"/root/ext/{name}.gex",
                           f"package-name: {name}\npackage-description: Basics of HPC\npackage-maintainer: "
                           f"Ada Lovelace <ada@example.org>\npackage-contents: {name}.tgz\n{more}")
        self.machine.write(f"/root/ext/{name}/runme", program, mode=0o755)
        self.machine.write(f"/root/ext/{name}/lib/data.ini", "[a]\nb=1\n")
        self.machine.check("tar", "--format=gnu", "-C", f"/root/ext/{name}", "-czf", f"/root/ext/{name}.tgz", ".")
        return f"/root/ext/{name}.gex"

    def test_an_extension_of_2006_is_installed_as_it_is(self):
        file = self.gex("#!/bin/sh\ntest -r lib/data.ini && echo all is there\n", more="hpc-register: Base\n")
        self.assertIn("valid: hpc-base 0.0.0", self.check("ext", "check", file))
        self.assertIn("not signed", self.refuse(2, "ext", "install", "--yes", file))
        self.check("ext", "install", "--yes", "--allow-unsigned", file)
        (extension,) = self.listed()
        self.assertEqual((extension["name"], extension["version"], extension["active"], extension["signer"]),
                         ("hpc-base", "0.0.0", True, ""))
        self.assertIn("all is there", self.check("ext", "show", "hpc-base"))
        self.check("ext", "remove", "--yes", "hpc-base")
        self.assertEqual(self.listed(), [])

    def test_one_of_2006_that_fails_is_taken_back(self):
        said = self.refuse(1, "ext", "install", "--yes", "--allow-unsigned", self.gex("#!/bin/sh\necho no lamp\nexit 3\n"))
        self.assertIn("its hook 'install' ended with status 3", said)
        self.assertIn("no lamp", said)
        self.assertEqual(self.listed(), [])
        said = self.refuse(2, "ext", "check", self.gex("#!/bin/sh\n", more="package-exec: go\n"))
        self.assertIn("has no program 'go'", said)
        said = self.refuse(2, "ext", "check", self.gex("#!/bin/sh\n", more="lamp: on\n"))
        self.assertIn("hpc_base.gex:5:1: unknown key 'lamp'", said)
