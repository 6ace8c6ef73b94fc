"""A head: the real musterd, nginx and dnsmasq on a machine of the wire, with the configuration that
musterd wrote and files where the packages put them."""

import contextlib
import hashlib
import json
import pathlib
import shutil
import socket

import description
from units import SOURCE, Daemon
from wire import until

ADDRESS = "10.42.0.1"
STATE = "/var/lib/muster"
BOOT = "/usr/share/muster/boot"
MEDIUM = "/run/medium"
RENDERED = ("/etc/muster/nginx.conf", "/etc/muster/dnsmasq.conf")
MEDIUM_FILES = {"live/vmlinuz": b"a kernel", "live/initrd.img": b"an initrd",
                "muster/layers/base.squashfs": b"a layer" * 1000}
# What the second profile boots beside them.
OTHER_LAYER = "muster/20-cuda.squashfs"
OTHER_CONTENT = b"another layer" * 1000
OTHER_ARGUMENT = "nouveau.modeset=0"
# What the helper makes of the medium (provisioning/blobs.h); the helper itself runs in native clusters.
BLOBS = "/run/muster-blobs"


def blob(content):
    """Where machines fetch a file with this content."""
    return f"/blob/{hashlib.sha256(content).hexdigest()}"


def add_accounts(machine):
    """The daemons' accounts as the head's layers make them; the build root does not have them."""
    users = (SOURCE / "packaging/layers/system-users.list").read_text(encoding="utf-8")
    for line in users.splitlines():
        if not line.startswith("muster"):
            continue
        name, uid, gid, group, home = [*line.split(), ""][:5]
        if uid != "-":
            with machine.path("/etc/passwd").open("a", encoding="utf-8") as passwd:
                passwd.write(f"{name}:x:{uid}:{gid}::{home}:/usr/sbin/nologin\n")
        with machine.path("/etc/group").open("a", encoding="utf-8") as groups:
            groups.write(f"{group}:x:{gid}:\n")


def make_directories(machine):
    """What systemd-tmpfiles makes at boot (tmpfiles.d(5))."""
    text = (SOURCE / "debian/musterd.tmpfiles").read_text(encoding="utf-8")
    for _, path, mode, user, group in map(str.split, text.splitlines()):
        machine.check("install", "-d", "-m", mode, "-o", user, "-g", group, path)


def fill_medium(machine):
    """The medium with an image's manifest and files, and some that nobody may fetch."""
    files = MEDIUM_FILES | {OTHER_LAYER: OTHER_CONTENT}
    entries = [{"file": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
               for path, data in files.items()]
    machine.path(BLOBS).mkdir(parents=True)
    for path, data in files.items():
        machine.write(f"{MEDIUM}/{path}", data)
        machine.path(f"{BLOBS}/{hashlib.sha256(data).hexdigest()}").symlink_to(f"{MEDIUM}/{path}")
    machine.write(f"{MEDIUM}/private.txt", "only for the head")
    for image, layers in (("compute", entries[2:3]), ("cuda", entries[2:])):
        machine.write(f"{MEDIUM}/muster/image/{image}/manifest.json", json.dumps(
            {"name": image, "kernel": entries[0], "initrd": entries[1], "layers": layers,
             "kernel_arguments": []}))


def tests_specification():
    """The default specification with a second profile; tests say which machine becomes a node."""
    spec = (SOURCE / "cluster.yaml").read_text(encoding="utf-8")
    for there, wanted in (
            ("policy: open", "policy: ask"),
            ("\nprofiles:", "\n  - name: cuda\n\nprofiles:"),
            ("\nvolumes:", "\n  - name: gpu\n    image: cuda\n"
                           f"    kernel_arguments: [{OTHER_ARGUMENT}]\n"
                           "\ngroups:\n  - name: rack1\n    nodes: n[001-200,201-400]\n\nvolumes:")):
        assert spec.count(there) == 1, there
        spec = spec.replace(there, wanted)
    return spec


def fill_boot_directory(machine):
    """Boot loaders as the package links them; their content does not matter here."""
    shutil.copytree(SOURCE / "packaging/boot/grub", machine.path(f"{BOOT}/grub"))
    for line in (SOURCE / "debian/musterd.links").read_text(encoding="utf-8").splitlines():
        target, link = line.split()
        machine.write(f"/{target}", f"stands for {link}")
        machine.path(f"/{link}").symlink_to(f"/{target}")


class Head:
    """Owns: the three daemons. `musterd` and `muster` are the programs; `logs` a directory for what they say."""

    def __init__(self, machine, musterd, muster, logs):
        self.machine = machine
        self.logs = pathlib.Path(logs)
        self.daemons = {}
        add_accounts(machine)
        make_directories(machine)
        fill_medium(machine)
        fill_boot_directory(machine)
        # Programs that only some tests need lie beside it.
        self.musterd_program = musterd
        shutil.copy(musterd, machine.path("/usr/sbin/musterd"))
        shutil.copy(muster, machine.path("/usr/bin/muster"))
        machine.write("/etc/muster/cluster.yaml", tests_specification())

    def start(self, other_dhcp=None, **more):
        """Starts everything; `other_dhcp` is the server that the helper met on the wire, `more` what else it found
        out."""
        facts = {"interface": "eth0", "live": True, "medium": MEDIUM, "kept": [],
                 "volume_size": "50%", **more}
        if other_dhcp:
            facts["other_dhcp"] = other_dhcp
        self.machine.write("/run/muster/head.json", json.dumps(facts))
        self.machine.path(f"{STATE}/head-plan.json").unlink(missing_ok=True)
        self.start_musterd()
        self.apply()
        self.start_web_server()
        self.start_dnsmasq()

    def start_musterd(self):
        """The daemon alone."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            place = self.machine.path("/run/notify")
            place.unlink(missing_ok=True)
            notify.bind(str(place))
            place.chmod(0o777)
            daemon = Daemon(self.machine, "musterd", self.log("musterd"),
                            environment={"NOTIFY_SOCKET": "/run/notify"})
            self.daemons["musterd"] = daemon
            said = daemon.wait_for(notify)
        assert said == b"READY=1", f"musterd said {said}: {self.log('musterd').read_text()}"

    def start_daemon(self, name, pid_file, extra=()):
        """Starts a daemon; it serves once its file with the process number is there."""
        self.machine.path(pid_file).unlink(missing_ok=True)
        self.daemons[name] = Daemon(self.machine, name, self.log(name), extra)
        until(lambda: self.machine.path(pid_file).exists() or not self.daemons[name].running(),
              f"{name} starts")
        assert self.daemons[name].running(), f"{name} ended: {self.log(name).read_text()}"

    def start_web_server(self):
        self.start_daemon("muster-nginx", "/run/muster-nginx/nginx.pid")

    def start_dnsmasq(self):
        self.start_daemon("muster-dnsmasq", "/run/muster-dnsmasq/pid", ["--log-facility=-"])

    def log(self, name):
        return self.logs / f"{name}.log"

    def apply(self):
        """The part of the helper's work that this room is about: the two configurations, and a new
        start of what has another one."""
        until(self.machine.path(f"{STATE}/head-plan.json").exists, "musterd writes the head's plan")
        changed = {path for path, content in self.planned_files().items()
                   if path in RENDERED and self._changes(path, content)}
        for step in self.plan()["steps"]:
            name = step.get("unit", "").removesuffix(".service")
            if step["step"] == "service" and name in self.daemons and changed & set(step["watches"]):
                assert step["on_change"] == "restart", f"{name} is only told to {step['on_change']}"
                self.daemons.pop(name).stop()
                self.start_dnsmasq()

    def _changes(self, path, content):
        place = self.machine.path(path)
        if place.exists() and place.read_text(encoding="utf-8") == content:
            return False
        self.machine.write(path, content)
        return True

    def plan(self):
        """What musterd wants of the head now."""
        return json.loads(self.state_file("head-plan.json"))

    def planned_files(self):
        """The files of the plan, by path."""
        return {step["path"]: step["content"] for step in self.plan()["steps"] if "content" in step}

    def state_file(self, name):
        return self.machine.path(f"{STATE}/{name}").read_text(encoding="utf-8")

    def dnsmasq_plan(self):
        """The configuration that dnsmasq is to have."""
        return self.planned_files()["/etc/muster/dnsmasq.conf"]

    def dhcp_hosts(self):
        """Which machine gets which address, as dnsmasq is told."""
        text = ""
        for file in sorted(self.machine.path(f"{STATE}/dnsmasq/hosts").glob("[!.]*")):
            # A file of nodes that are all gone is taken away.
            with contextlib.suppress(FileNotFoundError):
                text += file.read_text(encoding="utf-8")
        return text

    def has_address(self, node):
        """Waits until dnsmasq gives the node its address: it looks at changed files before it takes the
        next packet. Then the helper's turn."""
        line = f"{node.mac},{node.welcome['node']['address']},{node.name}\n"
        until(lambda: line in self.dhcp_hosts(), f"the address of {node.name} is published")
        self.apply()

    def take_back(self, name):
        """Removes a node, and waits until the helper has done its part."""
        before = self.dnsmasq_plan()
        self.remove(name)
        until(lambda: self.dnsmasq_plan() != before and f",{name}\n" not in self.dhcp_hosts(),
              "the head's plan has dnsmasq start anew")
        self.apply()

    def change_dhcp(self, mode):
        """As the administrator's command and then the helper do."""
        self.machine.path(f"{STATE}/head-plan.json").unlink()
        self.admin("POST", "/v1/dhcp", {"mode": mode})
        self.apply()

    def secrets(self):
        """What is for nobody, or for nodes only: (name, text)."""
        return [("authority's key", self.state_file("ca/ca.key").splitlines()[1]),
                ("slurm key", self.state_file("secrets/slurm.key").strip())]

    def stop(self):
        """Stops everything; a daemon that does not end well is a failure."""
        for name, daemon in reversed(list(self.daemons.items())):
            status = daemon.stop()
            assert status == 0, f"{name} ended with {status}: {self.log(name).read_text()[-4000:]}"
        self.daemons.clear()

    def admin(self, method, page, body=None):
        """One request of an administrator, which must be granted. No answer shows a secret."""
        argv = ["curl", "-sS", "--max-time", "20", "-X", method, "--unix-socket",
                "/run/musterd/api.sock", "--fail-with-body", f"http://muster{page}"]
        data = b"" if body is None else json.dumps(body).encode()
        text = self.machine.check(*argv, *([] if body is None else ["--data-binary", "@-"]), stdin=data)
        for name, secret in self.secrets():
            assert secret not in text, f"{method} {page} shows the {name}"
        answer = json.loads(text)
        description.check(method, page, body, answer)
        return answer

    def adopt(self, mac):
        """Makes the machine a node. Its name."""
        return self.admin("POST", "/v1/nodes/adopt", {"nodes": [mac]})["names"][0]

    def remove(self, name):
        self.admin("POST", "/v1/nodes/remove", {"nodes": [name]})

    def node(self, name):
        return self.admin("GET", f"/v1/nodes/{name}")

    def events(self, name):
        """The node's timeline as (kind, text)."""
        events = self.admin("GET", f"/v1/nodes/{name}/events")["events"]
        return [(event["kind"], event["text"]) for event in events]
