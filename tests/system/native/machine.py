"""One native machine: systemd as the first process of namespaces of its own, from the ISO's layers."""

import os
import pathlib
import signal
import subprocess
import time
import uuid

from harness.place import EXEC_FAILED
from harness.programs import run

INSIDE = pathlib.Path(__file__).resolve().parent / "inside"
# The card to the nodes' wire, and the head's to the site.
CARD = "enp0s3"
SITE_CARD = "enp0s4"
# What a card shows in /sys; the link to its device is ours.
CARD_FILES = ("address addr_assign_type addr_len broadcast carrier carrier_changes dev_id dev_port dormant duplex "
              "flags ifindex iflink link_mode mtu name_assign_type operstate speed type tx_queue_len uevent "
              "statistics queues").split()
TURN_SECONDS = 0.05
# What every machine has in its root: a file of `inside`, its place, its mode. A node gets its own from node.sh.
IN_ROOT = [("ip", "usr/local/sbin/ip", 0o755),
           ("nfs-server.service", "etc/systemd/system/nfs-server.service", 0o644),
           ("chrony.default", "etc/default/chrony", 0o644),
           ("chrony.conf", "etc/systemd/system/chrony.service.d/lab.conf", 0o644),
           ("chrony.conf", "etc/systemd/system/chronyd-restricted.service.d/lab.conf", 0o644)]
# Of a machine on a busy computer.
END_SECONDS = 60
CGROUPS = pathlib.Path("/sys/fs/cgroup")
# Starts a program in a cgroup of its own: CGROUP PROGRAM [ARGUMENT…]
IN_CGROUP = 'mkdir "$0" && echo $$ >"$0/cgroup.procs" && exec "$@"'
# It would be the clock and the kernel of the machine underneath.
FOREIGN = "CAP_SYS_TIME,CAP_SYS_MODULE"
NO_MACHINE = "the machine is off or still starts"


class Machine:
    """A machine of a lab with its files below `directory`. The layers come first to last as they are stacked; `cards`
    names the switch of each card."""

    def __init__(self, name, number, directory, layers, first_program, binds, cards=None):
        self.name = name
        self.mac = f"52:54:00:4d:00:{number:02x}"
        self.uuid = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.native.muster"))
        self._directory = directory / name
        self._layers = layers
        self._first_program = first_program
        self._binds = binds
        self._cards = cards or {CARD: "wire"}
        self._process = None
        # Another cluster's machine has the same name.
        self._cgroup = CGROUPS / f"{directory.name}-{name}"
        (self._directory / "lab").mkdir(parents=True)
        self._console = self._directory / "console.log"
        self._make_files()
        self._connect()

    @property
    def port(self):
        """The end of its cable in the nodes' switch."""
        return port_name(self.name, CARD)

    def _connect(self):
        run("ip", "netns", "add", self.name)
        for number, (card, switch) in enumerate(self._cards.items()):
            port = port_name(self.name, card)
            address = self.mac if card == CARD else f"{self.mac[:-5]}{number:02x}{self.mac[-3:]}"
            run("ip", "link", "add", port, "type", "veth", "peer", "name", card, "address", address, "netns", self.name)
            run("ip", "link", "set", port, "master", switch, "up")

    def _make_files(self):
        """What machine.sh shows in the place of the kernel's own."""
        lab = self._directory / "lab"
        for source in INSIDE.iterdir():
            target = lab / source.name
            target.write_bytes(source.read_bytes())
            target.chmod(0o755)
        (lab / "cmdline").write_text("boot=live\n", encoding="utf-8")
        classes = lab / "class"
        classes.mkdir()
        for name in os.listdir("/sys/class"):
            if name not in ("net", "dmi"):
                (classes / name).symlink_to(f"/run/lab-sys/class/{name}")
        for card in (*self._cards, "lo"):
            # Links, as sysfs has them: programs take other entries for no cards.
            (classes / "net").mkdir(exist_ok=True)
            (classes / "cards" / card).mkdir(parents=True)
            (classes / "net" / card).symlink_to(f"../cards/{card}")
            for file in CARD_FILES:
                (classes / "cards" / card / file).symlink_to(f"/run/lab-sys/devices/virtual/net/{card}/{file}")
        for card in self._cards:
            (classes / "cards" / card / "device").mkdir()
        board = classes / "dmi/id"
        board.mkdir(parents=True)
        for name, value in {"product_uuid": self.uuid, "product_serial": f"native-{self.name}",
                            "sys_vendor": "Muster", "product_name": "Native"}.items():
            (board / name).write_text(value + "\n", encoding="utf-8")

    def _make_root(self):
        """An empty upper layer in memory: a machine that was off has forgotten everything."""
        root, upper = self._directory / "root", self._directory / "upper"
        for place in (root, upper):
            if os.path.ismount(place):
                run("umount", "--lazy", place)
            place.mkdir(exist_ok=True)
        run("mount", "-t", "tmpfs", "lab", upper)
        (upper / "upper").mkdir()
        (upper / "work").mkdir()
        lower = ":".join(str(layer) for layer in reversed(self._layers))
        run("mount", "-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper}/upper,workdir={upper}/work", "lab",
            root)
        for file, target, mode in IN_ROOT:
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            (root / target).write_bytes((INSIDE / file).read_bytes())
            (root / target).chmod(mode)
        return root

    def start(self):
        """Switches it on."""
        root = self._make_root()
        binds = [f"--bind-ro={self._directory}/lab:/run/lab",
                 *(f"--bind{mode}={source}:{target}" for mode, source, target in self._binds)]
        command = ["sh", "-c", IN_CGROUP, str(self._cgroup),
                   "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--link-journal=no",
                   f"--directory={root}", f"--machine={self.name}", f"--uuid={self.uuid}", "--hostname=localhost",
                   f"--network-namespace-path=/run/netns/{self.name}", "--capability=all",
                   f"--drop-capability={FOREIGN}", "--console=read-only",
                   "--resolv-conf=off", "--timezone=off", *binds, "/bin/sh", f"/run/lab/{self._first_program}"]
        with open(self._console, "ab") as console:
            console.write(f"\n[lab] {self.name}: power on\n".encode())
            console.flush()
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                             env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                                             start_new_session=True)

    def stop(self):
        """As a power cut does; nothing is asked."""
        if self._process is None:
            return
        leader = self.leader()
        if leader is None:
            self._process.terminate()
        else:
            os.kill(leader, signal.SIGKILL)
        # It notices, and takes away what it mounted for the machine.
        try:
            self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._remove_cgroup()

    def _remove_cgroup(self):
        """With all that its systemd made below it; its processes are gone, or nearly so."""
        end = time.monotonic() + END_SECONDS
        while self._cgroup.is_dir():
            for place, _, _ in os.walk(self._cgroup, topdown=False):
                try:
                    os.rmdir(place)
                except OSError:
                    if time.monotonic() >= end:
                        raise
                    time.sleep(TURN_SECONDS)
                    break

    def leader(self):
        """The first process of the machine as it is seen from here; none while it is off."""
        if not self.is_on():
            return None
        for child in children(self._process.pid):
            for each in (child, *children(child)):
                if is_first(each):
                    return each
        return None

    def is_on(self):
        """Whether somebody switched it on, and it did not end."""
        return self._process is not None and self._process.poll() is None

    def leader_that_is_up(self):
        """Its first process when its services can be asked; none before."""
        leader = self.leader()
        root = pathlib.Path(f"/proc/{leader}/root")
        sockets = ("run/systemd/private", "run/dbus/system_bus_socket")
        return leader if leader is not None and all((root / name).exists() for name in sockets) else None

    def run(self, argv, timeout, stdin, wait):
        """Runs a command in it; the finished process."""
        end = time.monotonic() + wait
        while (leader := self.leader_that_is_up()) is None:
            if time.monotonic() >= end:
                return subprocess.CompletedProcess(argv, EXEC_FAILED, "", f"{self.name}: {NO_MACHINE}")
            time.sleep(TURN_SECONDS)
        command = ["nsenter", f"--target={leader}", "--root", "--wdns=/", "--mount", "--uts", "--ipc", "--net",
                   "--pid", "env", "-i", "LANG=C.UTF-8", "HOME=/root",
                   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", *argv]
        return subprocess.run(command, input=stdin if stdin is not None else "", timeout=timeout, text=True,
                              capture_output=True, errors="replace", check=False)

    def console(self):
        """All that it wrote on its console."""
        return self._console.read_text(encoding="utf-8", errors="replace")


def port_name(machine, card):
    """A card's end in the switch."""
    return f"{machine}-{card}"


def children(pid):
    """The processes that one started and that are there."""
    try:
        words = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [int(word) for word in words]


def is_first(pid):
    """Whether a process is the first one of a PID namespace below this one's."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    numbers = next((line.split()[1:] for line in lines if line.startswith("NSpid:")), [])
    return len(numbers) > 1 and numbers[-1] == "1"
