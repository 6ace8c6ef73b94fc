"""A head with extensions, whose hosts run as systemd would start them."""

import json
import pathlib
import shutil
import subprocess
import textwrap

from room import HeadTest
from service_manager import ServiceManager
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


class ExtensionsTest(HeadTest):
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
