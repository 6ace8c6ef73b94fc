"""A native cluster: the ISO's head and nodes as machines of this kernel, on a switch of their own. It is used as a lab
of emulated machines is (harness/lab.py), and starts within seconds.

It runs in namespaces that end with this process (`enter`). What this kernel does not have is pretended: a card's place
in /sys, the board, NFS, and Slurm's cgroups. What is about those belongs into an emulated lab.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness.place import Place
from harness.product import Product
from harness.programs import run
from harness.report import Failed
from native.machine import CARD, SITE_CARD, Machine

HEAD_LAYERS = ("live/10-base", "live/20-head", "live/90-muster-head")
# In the place of a node's initrd: it has the same programs.
INITRD_LAYERS = ("live/10-base", "muster/20-compute", "muster/90-muster-compute")
# The site: its switch, and what this machine is there (as in lab/lab_plan.h).
SITE = "site"
SITE_ADDRESS = "192.0.2.1"
SITE_SERVER = ("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--no-resolv", "--no-hosts",
               "--no-ping", "--bind-interfaces", "--leasefile-ro", "--pid-file", f"--interface={SITE}",
               f"--address=/site.example/{SITE_ADDRESS}", "--dhcp-range=192.0.2.50,192.0.2.99,1h")
# A native head answers within milliseconds.
ASK_EVERY = 0.5
# Beside emulated labs on a busy computer; a quiet one needs half a minute for all.
UP_SECONDS = 600


def enter():
    """Goes on in namespaces of its own; what is started there ends with this process."""
    if os.environ.get("MUSTER_NATIVE") == "inside":
        run("mount", "--make-rprivate", "/")
        # Another cluster's machines have the same names.
        run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run")
        run("ip", "link", "set", "lo", "up")
        run("mount", "-t", "sysfs", "-o", "ro", "sysfs", "/sys")
        run("mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup")
        return
    os.environ["MUSTER_NATIVE"] = "inside"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--ipc", "--cgroup", "--fork", "--kill-child=TERM",
                          "--mount-proc", "--",
                          sys.executable, *sys.argv])


def lock(directory):
    """Locks a directory for as long as the descriptor is open; none when somebody else has it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def remove_unused(directory):
    """Removes what a killed run left; its mounts ended with it."""
    descriptor = lock(directory)
    if descriptor is not None:
        shutil.rmtree(directory)
        os.close(descriptor)


class Cluster(Place):
    """A head and nodes. Use as a context."""

    def __init__(self, iso, report):
        super().__init__("native", report)
        self._iso = iso
        self._product = Product(self, report, ASK_EVERY)
        self._machines = {}
        self._directory = None
        self._lock = None

    def __enter__(self):
        cache = pathlib.Path(os.environ.get("MUSTER_CACHE", "/var/cache/muster"))
        with open(cache / "native.lock", "w", encoding="utf-8") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            for left in cache.glob("native-*"):
                remove_unused(left)
            self._directory = pathlib.Path(tempfile.mkdtemp(prefix="native-", dir=cache))
            self._lock = lock(self._directory)
        self._name = self._directory.name
        return self

    def __exit__(self, kind, value, trace):
        # Each is ended, whatever the others do.
        with contextlib.ExitStack() as stack:
            stack.callback(self._remove)
            for machine in self._machines.values():
                stack.callback(machine.stop)
            for process in list(self._on_the_wire):
                stack.callback(self.stop_on_wire, process)
        return False

    def _remove(self):
        # The mounts are of this process's namespace, and a tree in which something is mounted is not walked into.
        for line in reversed(pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()):
            place = line.split()[1]
            if place.startswith(f"{self._directory}/"):
                subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)
        shutil.rmtree(self._directory)
        os.close(self._lock)

    def up(self, nodes, site=False):
        """Starts the head, then all nodes at once, and waits until the head lists them as ready."""
        tree = self._directory / "tree"
        run("xorriso", "-osirrox", "on", "-indev", self._iso, "-extract", "/live", tree / "live", "-extract", "/muster",
            tree / "muster")
        home = self._directory / "volumes/home"
        home.mkdir(parents=True)
        run("mount", "-t", "tmpfs", "-o", "size=50%,mode=0755", "muster-home", home)
        slurm = self._directory / "volumes/slurm"
        slurm.mkdir()
        data = self._directory / "volumes/data"
        data.mkdir()
        self._lay_wires(site)
        self._add("head", self._mounted(tree, HEAD_LAYERS), "head.sh",
                  [("-ro", tree, "/run/live/medium"), ("", home, "/home"), ("", slurm, "/etc/slurm")],
                  {CARD: "wire", SITE_CARD: SITE} if site else None)
        self._report.line("head: power on")
        self._machines["head"].start()
        self._until("the head is ready", lambda: self._product.is_well(0))
        layers = self._mounted(tree, INITRD_LAYERS)
        for number in range(1, nodes + 1):
            machine = self._add(f"n{number}", layers, "node.sh",
                                [("", home, "/run/lab-volumes/home"), ("", data, "/run/lab-volumes/data"),
                                 ("-ro", slurm, "/run/lab-volumes/slurm")])
            machine.start()
            self._report.line(f"{machine.name}: power on")
        self._until(f"{nodes} nodes are ready", lambda: self._product.is_well(nodes))

    def _lay_wires(self, site):
        for switch in ("wire", *([SITE] if site else [])):
            run("ip", "link", "add", switch, "type", "bridge")
            run("ip", "link", "set", switch, "up")
        if site:
            run("ip", "address", "add", f"{SITE_ADDRESS}/24", "dev", SITE)
            self.start_on_wire(*SITE_SERVER)

    def _add(self, name, layers, first_program, binds, cards=None):
        machine = Machine(name, len(self._machines), self._directory, layers, first_program, binds, cards)
        self._machines[name] = machine
        return machine

    def _mounted(self, tree, names):
        """The directories of these layers."""
        places = []
        for name in names:
            place = self._directory / "layers" / name.replace("/", "-")
            if not place.is_dir():
                place.mkdir(parents=True)
                run("mount", "-t", "squashfs", "-o", "loop,ro", tree / f"{name}.squashfs", place)
            places.append(place)
        return places

    def _until(self, what, question):
        """Waits for what the product says; a machine that ended meanwhile never comes up."""

        def asked():
            ended = [machine.name for machine in self._machines.values() if not machine.is_on()]
            if ended:
                raise Failed(f"{what}: {', '.join(ended)} ended; see the console")
            return question()

        self._product.wait_for(what, asked, UP_SECONDS)
        self._report.line(what)

    def machines(self):
        """The machines by name, each with its address."""
        return {machine.name: {"mac": machine.mac} for machine in self._machines.values()}

    def _exec(self, machine, argv, timeout, stdin, wait):
        return self._machines[machine].run(argv, timeout, stdin, wait)

    def power(self, what, machine):
        """on, off (as a power cut) or reset."""
        if what in ("off", "reset"):
            self._machines[machine].stop()
        if what in ("on", "reset"):
            self._machines[machine].start()

    def cable(self, what, machine):
        """plug or pull the network cable."""
        run("ip", "link", "set", self._machines[machine].port, "up" if what == "plug" else "down")

    def console(self, machine):
        """All that a machine wrote on its console."""
        return self._machines[machine].console()

    def run_on_wire(self, *argv, timeout=60):
        """Runs a command of this machine on the cluster's wire; the finished process."""
        return subprocess.run(argv, timeout=timeout, text=True, capture_output=True, errors="replace", check=False)

    def start_on_wire(self, *argv):
        """Starts one that goes on until stop_on_wire or the end of the cluster."""
        return self._start(argv)

    def show_consoles(self):
        """Prints the end of every console and keeps the files."""
        for machine in self._machines.values():
            self._show_console(machine.name, machine.console())
