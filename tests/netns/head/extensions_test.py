"""Extensions on a head: installed and removed by root, asked by the daemon, seen in the plans of nodes."""

import json
import pathlib
import shutil
import subprocess
import textwrap

from room import HeadTest
from service_manager import Helper, ServiceManager
from units import SOURCE
from wire import until

STORE = "/var/lib/muster-extensions"
RUN = "/run/muster-extensions"
HOST = "/usr/libexec/muster/muster-exthost"
MOTD = "/etc/motd"
PACKAGES = "/usr/lib/python3/dist-packages"

SPECIFICATION = (SOURCE / "tests/fixtures/extension.yaml").read_text(encoding="utf-8")


def writes(path, content):
    """A hook that writes one file on nodes."""
    steps = json.dumps({"node": [{"step": "file", "path": path, "content": content}]})
    return f"cat <<'END'\n{steps}\nEND\n"


class Hosts(ServiceManager):
    """systemd as far as hosts of extensions are concerned: what a started socket leads to runs at once."""

    def __init__(self, head):
        super().__init__(head)
        self.hosts = {}

    def _do(self, verb, units):
        for unit in units:
            name = unit.removeprefix("muster-extension@").partition(".")[0]
            if verb == "stop":
                self.end(name)
            elif unit.endswith(".socket") and name not in self.hosts:
                self.begin(name)

    def begin(self, name):
        machine = self.head.machine
        socket = f"{RUN}/{name}.sock"
        machine.check("install", "-d", "-m", "0755", RUN)
        with open(self.head.log("exthost"), "ab") as log:
            # Who enters the machine is killed, and what it became in there follows.
            argv = machine.inside("setpriv", "--pdeathsig", "KILL", HOST, name, "--socket", socket)
            self.hosts[name] = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(lambda: machine.path(socket).exists(), "the host listens")
        machine.check("chgrp", "muster", socket)
        machine.check("chmod", "0660", socket)

    def end(self, name):
        host = self.hosts.pop(name, None)
        if host is not None:
            host.kill()
            host.wait()
            self.head.machine.path(f"{RUN}/{name}.sock").unlink()

    def __exit__(self, *details):
        super().__exit__(*details)
        for name in list(self.hosts):
            self.end(name)


class Extensions(HeadTest):
    @classmethod
    def setUpClass(cls):
        build = pathlib.Path(cls.head.musterd_program).resolve().parents[1]
        place = cls.head.machine.path("/usr/libexec/muster")
        place.mkdir(parents=True, exist_ok=True)
        for program in ("exthost", "extract"):
            shutil.copy(build / program / f"muster-{program}", place)
        shutil.copytree(SOURCE / "sdk/python/muster", cls.head.machine.path(f"{PACKAGES}/muster"), dirs_exist_ok=True)

    def setUp(self):
        self.machine = self.head.machine
        self.machine.check("mkdir", "-p", "/root/ext")
        self.hosts = Hosts(self.head)
        self.enterContext(self.hosts)
        self.addCleanup(self.tidy)

    def tidy(self):
        for extension in self.listed():
            self.check("ext", "remove", "--yes", extension["name"])
        self.machine.check("rm", "-rf", "/root/ext", "/etc/muster/extension-keys")

    def refuse(self, status, *words):
        """What is said of a request that is refused."""
        told, out, err = self.muster(*words)
        self.assertEqual(told, status, out + err)
        self.assertNotIn("ERROR: AddressSanitizer", err)
        return err

    def listed(self):
        return json.loads(self.check("ext", "list", "--json"))["extensions"]

    def project(self, hook, name="motd", version="1.0.0", files=MOTD):
        """The directory of a project whose hook is this shell text."""
        directory = f"/root/ext/{name}"
        self.machine.write(f"{directory}/extension.yaml",
                           SPECIFICATION.format(name=name, version=version, files=files))
        self.machine.write(f"{directory}/content/hooks/configure", "#!/bin/sh\nset -e\n" + textwrap.dedent(hook), mode=0o755)
        return directory

    def package(self, hook, **more):
        """The specification of its package."""
        packed = json.loads(self.check("ext", "pack", self.project(hook, **more), "-o", "/root/ext", "--json"))
        return packed["specification"]

    def install(self, hook, **more):
        return self.check("ext", "install", "--yes", "--allow-unsigned", self.package(hook, **more))

    def refuse_install(self, hook, **more):
        return self.refuse(1, "ext", "install", "--yes", "--allow-unsigned", self.package(hook, **more))

    def on_nodes(self):
        """The files that extensions write on nodes, with their content."""
        plan = self.node().boot().enrol().plan()
        return {step["path"]: step["content"] for step in plan["steps"]
                if step["step"] == "file" and step["path"] in (MOTD, "/etc/issue")}

    def test_what_it_wants_is_in_the_plans_of_nodes_until_it_is_removed(self):
        self.assertEqual(self.on_nodes(), {})
        self.assertIn("installed motd 1.0.0", self.install(writes(MOTD, "welcome\n")))
        self.assertEqual(self.on_nodes(), {MOTD: "welcome\n"})
        (extension,) = self.listed()
        self.assertEqual((extension["name"], extension["active"], extension["signer"], extension["steps"]),
                         ("motd", True, "", 1))
        self.assertIn("UNSIGNED", self.check("ext", "list"))
        self.assertIn(MOTD, self.check("ext", "show", "motd"))
        self.check("ext", "remove", "--yes", "motd")
        self.assertEqual(self.on_nodes(), {})
        left = self.machine.check("find", STORE, "-mindepth", "1", "-not", "-name", ".lock")
        self.assertEqual(left, "")

    def test_an_upgrade_takes_the_place_of_the_version_before(self):
        self.install(writes(MOTD, "one\n"))
        self.install(writes(MOTD, "two\n"), version="1.1.0")
        self.assertEqual(self.on_nodes(), {MOTD: "two\n"})
        versions = sorted(path.name for path in self.machine.path(f"{STORE}/motd").iterdir())
        self.assertEqual([name.partition("-")[0] for name in versions], ["1.1.0", "grant.json"])

    def test_one_that_fails_leaves_what_was_before(self):
        said = self.refuse_install("echo 'no lamp in the house' >&2\nexit 3\n")
        self.assertIn("ended with status 3", said)
        self.assertIn("no lamp in the house", said)
        self.assertEqual(self.listed(), [])
        self.install(writes(MOTD, "one\n"))
        for hook in ("exit 1\n", "echo nonsense\n", "echo []\n", "kill -9 $$\n", "head -c 9000000 /dev/zero\n",
                     writes("/etc/shadow", "root::\n"), 'echo \'{"node": [{"step": "directory", "path": "/x"}]}\'\n',
                     'echo \'{"nodes": []}\'\n'):
            said = self.refuse_install(hook, version="2.0.0")
            self.assertIn("nothing was installed", said)
            (extension,) = self.listed()
            self.assertEqual((extension["version"], extension["active"]), ("1.0.0", True), said)
            self.assertEqual(self.on_nodes(), {MOTD: "one\n"})

    def test_a_step_without_a_right_is_refused_and_named(self):
        said = self.refuse_install(writes("/etc/shadow", "root::\n"))
        self.assertIn("/etc/shadow", said)
        self.assertIn("no right", said)

    def test_a_file_belongs_to_one(self):
        self.install(writes(MOTD, "one\n"))
        said = self.refuse_install(writes(MOTD, "two\n"), name="other")
        self.assertIn("belongs to 'motd'", said)
        said = self.refuse_install(writes("/etc/hosts", "127.0.0.1 here\n"), name="other", files="/etc/hosts")
        self.assertIn("/etc/hosts", said)
        self.assertIn("'extension other'", said)
        for path in ("/etc/hosts/below", "/etc/slurm"):
            said = self.refuse_install(writes(path, "x\n"), name="other", files=path)
            self.assertIn("leaves no place for", said)
        self.assertEqual(self.on_nodes(), {MOTD: "one\n"})
        self.assertIn("there is no extension", self.refuse(2, "ext", "remove", "--dry-run", "other"))
        self.assertIn("would remove", self.check("ext", "remove", "--dry-run", "motd"))
        self.assertEqual(len(self.listed()), 1)

    def test_nobody_takes_what_nobody_signed_by_mistake(self):
        package = self.package(writes(MOTD, "one\n"))
        self.assertIn("not signed", self.refuse(2, "ext", "install", "--yes", package))
        self.check("ext", "keygen", "/root/ext/ada", "--no-password")
        self.check("ext", "sign", package, "--key", "/root/ext/ada.key")
        self.assertIn("nobody trusts", self.refuse(2, "ext", "install", "--yes", package))
        self.check("ext", "install", "--yes", package, "--key", "/root/ext/ada.pub")
        self.assertNotIn("UNSIGNED", self.check("ext", "list"))
        self.machine.check("mkdir", "-p", "/etc/muster/extension-keys")
        self.machine.check("cp", "/root/ext/ada.pub", "/etc/muster/extension-keys")
        self.check("ext", "install", "--yes", package)
        text = self.machine.path(package).read_text(encoding="utf-8")
        self.machine.write(package, text.replace("MIT", "GPL-2.0-only"))
        self.assertIn("not what the key signed", self.refuse(2, "ext", "install", "--yes", package))

    def test_nodes_keep_what_they_have_while_the_daemon_starts(self):
        self.install(writes(MOTD, "one\n"))
        self.hosts.end("motd")
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        self.head.apply()
        self.assertEqual(self.on_nodes(), {MOTD: "one\n"})
        (extension,) = self.listed()
        self.assertTrue(extension["active"], "what it answered before is still right")

    def test_a_host_that_is_away_is_told(self):
        self.install(writes(MOTD, "one\n"))
        self.check("ext", "remove", "--yes", "motd")
        package = self.package(writes(MOTD, "two\n"))
        self.hosts.begin = lambda name: None
        said = self.refuse(1, "ext", "install", "--yes", "--allow-unsigned", package)
        self.assertIn("motd.sock", said)
        self.assertEqual(self.listed(), [])

    def test_who_only_looks_installs_nothing(self):
        package = self.package(writes(MOTD, "one\n"))
        done = self.machine.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=muster", "muster", "ext", "install",
                                "--yes", "--allow-unsigned", package)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"only root", done.stderr)

    def test_a_hook_is_told_of_the_cluster_and_nothing_else(self):
        hook = """\
            input=$(cat)
            text=$(printf '%s|%s|%s|%s' "$MUSTER_EXTENSION" "$MUSTER_HOOK" "$(env | grep -c =)" "$input" | sed 's/"/\\\\"/g')
            printf '{"node": [{"step": "file", "path": "/etc/motd", "content": "%s", "mode": "0600"}]}' "$text"
            """
        self.install(hook)
        name, which, variables, told = self.on_nodes()[MOTD].split("|", 3)
        self.assertEqual((name, which), ("motd", "configure"))
        # PATH, LANG, HOME, PWD and those of the extension.
        self.assertLessEqual(int(variables), 10)
        told = json.loads(told)
        directory = told["extension"].pop("directory")
        self.assertTrue(self.machine.path(f"{directory}/hooks/configure").exists(), directory)
        self.assertEqual(told["extension"], {"name": "motd", "version": "1.0.0"})
        self.assertEqual(told["settings"], {})
        self.assertEqual([profile["name"] for profile in told["cluster"]["profiles"]], ["default", "gpu"])
        self.assertEqual(set(told["cluster"]), {"name", "head", "profiles"})

    def python_package(self, name="hello", more="", module=None):
        """The package of a new project in Python, with more lines of its specification."""
        self.check("ext", "new", name, "--directory", "/root/ext")
        specification = self.machine.path(f"/root/ext/{name}/extension.yaml")
        specification.write_text(specification.read_text(encoding="utf-8") + more, encoding="utf-8")
        if module is not None:
            self.machine.write(f"/root/ext/{name}/content/extension.py", textwrap.dedent(module))
        packed = self.check("ext", "pack", f"/root/ext/{name}", "-o", "/root/ext", "--json")
        return json.loads(packed)["specification"]

    def greeting(self):
        plan = self.node().boot().enrol().plan()
        found = [step["content"] for step in plan["steps"] if step["step"] == "file" and step["path"] == "/etc/motd.d/hello"]
        return found[0] if found else None

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
