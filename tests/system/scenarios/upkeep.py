"""What others change on a running head, and what only its scheduler and its kernel know, is told or put right."""

import base64
import contextlib
import json
import pathlib
import tempfile

from harness.programs import run
from harness.report import Skipped, expect
from scenarios import faults

# The head looks at its plan every four minutes and at its wire every three.
PATIENCE = 420
# A head's second look at its wire is over so many seconds after its start (kSpanningTree in head/cards.h, and the
# look itself).
SECOND_LOOK = 60
CLUSTER = "/etc/muster/cluster.yaml"
SCRATCH = "/scratch"
# Who is in cluster.yaml for a while.
LEAVER, LEAVER_UID = "lea", 2101
# A daemon whose watchdog has little patience.
IMPATIENT = "/run/systemd/system/musterd.service.d"
SERVERS = ("muster-nginx.service", "muster-dnsmasq.service")
# As tools/packages leaves them, and what makes the version of one higher.
PACKAGES = pathlib.Path("build/packages")
NEWER = "+newer1"


def drained_node_is_told(lab, product):
    """A node that somebody drained is not well, and the list has Slurm's reason."""
    name = product.node_of("n1").name
    lab.check("head", "scontrol", "update", f"nodename={name}", "state=drain", "reason=memory errors")
    wait_for_problem(product, f"{name} is drained", "memory errors")
    shown = lab.check("head", "muster", "node", "list")
    expect("drained" in shown and "memory errors" in shown, f"the list does not say it: {shown}")
    lab.check("head", "scontrol", "update", f"nodename={name}", "state=resume")
    wait_until_no_problem_has(product, "is drained")


def file_systems_below_home_are_shared(lab, product):
    """A disk that is mounted below /home is seen by nodes; what NFS cannot share is told."""
    lab.check("head", "truncate", "--size=32M", "/run/own.img")
    lab.check("head", "mkfs.ext4", "-q", "/run/own.img")
    with mounted(lab, "/home/own", "-o", "loop", "/run/own.img"), \
         mounted(lab, "/home/lost", "-t", "tmpfs", "lost"):
        lab.check("head", "tee", "/home/own/letter", stdin="seen\n")
        said = lab.check("n1", "cat", "/home/own/letter")
        expect(said == "seen\n", f"the node read {said!r}")
        wait_for_problem(product, "/home/lost", "NFS cannot share")
        told = [problem for problem in product.status().problems if "/home/own" in problem]
        expect(not told, f"a shared file system is a problem: {told}")
    wait_until_no_problem_has(product, "/home/lost")


@contextlib.contextmanager
def mounted(lab, directory, *how):
    """A file system on the head for a while."""
    lab.check("head", "mkdir", directory)
    lab.check("head", "mount", *how, directory)
    try:
        yield
    finally:
        lab.check("head", "umount", "--lazy", directory)
        lab.check("head", "rmdir", directory)


def changes_are_put_right(lab, product):
    """A configuration that a program rewrote, a service that somebody stopped and rules that were thrown away
    are as before within minutes, and told; so is a DHCP server that came after the head."""
    wait_until_wire_is_known(lab)
    before = lab.check("head", "cat", "/etc/resolv.conf")
    rules = lab.check("head", "nft", "--stateless", "list", "table", "inet", "muster")
    lab.check("head", "tee", "/etc/resolv.conf", stdin="nameserver 192.0.2.99\n")
    lab.check("head", "systemctl", "stop", "chrony.service")
    lab.check("head", "nft", "flush", "ruleset")
    rogue = faults.start_rogue(lab)
    try:
        wait_for_problem(product, faults.ROGUE_ADDRESS, "since this head serves")
    finally:
        faults.stop_rogue(lab, rogue)

    def question():
        told = [each["what"] for each in product.raw_status()["put_right"]]
        wanted = ["/etc/resolv.conf", "chrony.service", "inet muster"]
        return all(any(word in what for what in told) for word in wanted), told

    product.wait_for("what was changed is put right and told", question, PATIENCE)
    expect(lab.check("head", "cat", "/etc/resolv.conf") == before, "resolv.conf is another")
    expect(lab.check("head", "nft", "--stateless", "list", "table", "inet", "muster") == rules,
           "the firewall is another")
    lab.check("head", "systemctl", "is-active", "chrony.service")


def wait_until_wire_is_known(lab):
    """A head that has just started looks at its wire once more, since a switch may have been deaf at first; whoever
    answers then was there before it."""
    started = lab.check("head", "systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "--value",
                        "muster-watch.service")
    now = lab.check("head", "cat", "/proc/uptime").split()[0]
    left = int(started) / 1e6 + SECOND_LOOK - float(now)
    if left > 0:
        lab.check("head", "sleep", f"{left:.1f}", timeout=120)


def wait_for_problem(product, *words):
    """Waits until one problem of the status has all these words."""

    def question():
        problems = product.status().problems
        return any(all(word in problem for word in words) for problem in problems), problems

    product.wait_for(f"a problem with {words}", question, PATIENCE)


def wait_until_no_problem_has(product, word):
    """Waits until the status has no problem with this word."""

    def question():
        problems = product.status().problems
        return not any(word in problem for problem in problems), problems

    product.wait_for(f"no problem with '{word}'", question, PATIENCE)


def upgrade_loses_no_node(lab, product, count):
    """A head whose packages are replaced by newer ones goes on: no node is missed, boots, or enrols again, DHCP and
    HTTP serve, and a machine that was off joins afterwards."""
    names = [product.node_of(f"n{index}").name for index in range(1, count + 1)]
    before = stories(product, names)
    served, watched = product.main_processes(*SERVERS), product.main_processes("muster-watch.service")
    old = lab.check("head", "muster", "--version")
    for package in ("muster", "musterd"):
        lab.check("head", "sh", "-c", 'base64 --decode >"$0"', f"/run/{package}.deb", stdin=newer_package(package))
    lab.check("head", "env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--install", "/run/muster.deb",
              "/run/musterd.deb", timeout=600)
    said = lab.check("head", "dpkg-query", "--show", "--showformat=${Version}", "musterd")
    expect(said.endswith(NEWER), f"another version is installed: {said}; the program was {old}")
    product.wait_until_ready()
    expect(product.main_processes(*SERVERS) == served, f"DHCP or HTTP was stopped: {served} before")
    expect(product.main_processes("muster-watch.service") != watched, "the program of before watches the head")
    # Longer than the head's patience with a node that says nothing.
    lab.check("head", "sleep", "70", timeout=120)
    for index in range(1, count + 1):
        node = product.node_of(f"n{index}")
        expect(node.state == "ready", f"not ready after the upgrade: {node}")
    after = stories(product, names)
    expect(after == before, f"the upgrade cost the nodes something: {before} before, {after} after")
    failed = lab.check("head", "systemctl", "--failed", "--no-legend", "--plain")
    expect("muster" not in failed, f"failed: {failed}")
    name = product.node_of("n2").name
    boots = product.count_events(name, "enrolled")
    lab.power("reset", "n2")
    product.wait_for_enrolment(name, boots)
    product.wait_for_node("n2", lambda node: node.state == "ready", "is ready")


def hung_daemon_is_started_again(lab, product):
    """A daemon that does not go on is ended and started by systemd, and the nodes do not notice."""
    lab.check("head", "mkdir", "-p", IMPATIENT)
    lab.check("head", "tee", f"{IMPATIENT}/lab.conf", stdin="[Service]\nWatchdogSec=4\nTimeoutAbortSec=1\n")
    try:
        lab.check("head", "systemctl", "daemon-reload")
        lab.check("head", "systemctl", "restart", "musterd.service")
        product.wait_until_ready()
        hung = product.main_processes("musterd.service")
        lab.check("head", "kill", "-STOP", *hung)

        def question():
            now = product.main_processes("musterd.service")
            return now not in (hung, ["0"]), now

        product.wait_for("systemd starts the daemon again", question, PATIENCE)
        product.wait_until_ready()
        ended = lab.check("head", "journalctl", "--unit=musterd.service", "--grep=watchdog", "--output=cat")
        expect("atchdog" in ended, f"it was ended for another reason: {ended}")
    finally:
        lab.check("head", "rm", "-r", IMPATIENT)
        lab.check("head", "systemctl", "daemon-reload")


def head_is_watched(lab, _product):
    """The first process of a head tells a watchdog that it goes on."""
    said = lab.check("head", "systemctl", "show", "--property=RuntimeWatchdogUSec", "--value").strip()
    expect(said == "2min", f"its patience is {said}")
    folder = "/sys/class/watchdog"
    there = [[lab.check("head", "cat", f"{folder}/{name}/{what}").strip() for what in ("state", "identity")]
             for name in lab.check("head", "ls", folder).split()]
    active = [name for state, name in there if state == "active"]
    own = [name for _, name in there if name != "Software Watchdog"]
    expect(len(active) == 1 and (active[0] in own or not own), f"the watchdogs are {there}")


def stories(product, names):
    """What happened to the nodes so far."""
    return {name: product.event_kinds(name) for name in names}


def newer_package(name):
    """The package as it was built, with a higher version, in base64."""
    built = sorted(PACKAGES.glob(f"{name}_*.deb"))
    if len(built) != 1:
        raise Skipped(f"there is no package '{name}' in '{PACKAGES}'; 'make iso' makes it")
    with tempfile.TemporaryDirectory(prefix="muster-newer") as directory:
        tree = pathlib.Path(directory, "tree")
        run("dpkg-deb", "--raw-extract", built[0], tree)
        control = tree / "DEBIAN/control"
        text = control.read_text(encoding="utf-8")
        version = next(line.split()[1] for line in text.splitlines() if line.startswith("Version: "))
        control.write_text(text.replace(version, version + NEWER), encoding="utf-8")
        run("dpkg-deb", "-Zxz", "-z1", "--root-owner-group", "--build", tree, f"{directory}/newer.deb")
        return base64.encodebytes(pathlib.Path(directory, "newer.deb").read_bytes()).decode()


def volume_comes_and_goes(lab, product, count):
    """A volume and a user that leave cluster.yaml are taken back from head and nodes while they run: not from under somebody
    who uses the volume, and not with files that are in memory only. Both come back with the file."""
    written = lab.check("head", "cat", CLUSTER)
    scratch = f"\nvolumes:\n  - name: scratch\n    driver: nfs\n    mount: {SCRATCH}"
    user = f"\nusers:\n  - name: {LEAVER}\n    uid: {LEAVER_UID}\n"
    lab.check("head", "tee", "/root/wanted.yaml", stdin=written.replace("\nvolumes:", scratch) + user)
    lab.check("head", "muster", "apply", "/root/wanted.yaml", "--yes")
    product.wait_until_nodes_hold_plan(count)
    lab.check("head", "tee", f"{SCRATCH}/letter", stdin="seen\n")
    said = lab.check("n1", "cat", f"{SCRATCH}/letter")
    expect(said == "seen\n", f"the node read {said!r}")
    lab.check("n2", "systemd-run", "--unit=user", f"--working-directory={SCRATCH}", "sleep", "3600")
    told = lab.check("head", "muster", "rollback", "--dry-run")
    expect(SCRATCH in told, f"the plan does not say that the volume goes: {told}")
    expect(f"the accounts of {LEAVER} go" in told, f"the plan does not say that the user goes: {told}")
    lab.check("head", "muster", "rollback", "--yes")
    product.wait_until_nodes_hold_plan(count)
    expect(lab.check("head", "cat", CLUSTER) == written, "cluster.yaml is not the earlier one")
    wait_for_leaver(lab, product, False)
    expect(lab.exec("n1", "ls", "-d", SCRATCH).returncode == 2, "a node without users of the volume has it still")
    lab.check("n2", "findmnt", "--mountpoint", SCRATCH)
    exported = lab.check("head", "exportfs", "-s")
    expect("scratch" not in exported, f"the head still exports it: {exported}")
    wait_for_problem(product, SCRATCH, "in memory only")
    expect(lab.check("head", "cat", f"{SCRATCH}/letter") == "seen\n", "the head lost a file")
    told = product.why(product.node_of("n2").name)
    expect("still there" in told and SCRATCH in told, f"the node's story has not what stays: {told}")
    lab.check("n2", "systemctl", "stop", "user")
    lab.check("head", "rm", f"{SCRATCH}/letter")
    # A decision makes the head apply its plan.
    lab.check("head", "muster", "user", "add", "eve")
    for machine in ("n2", "head"):
        product.wait_for(f"{machine} has no volume", lambda machine=machine: has_no(lab, machine, SCRATCH), PATIENCE)
    wait_until_no_problem_has(product, SCRATCH)
    lab.check("head", "muster", "user", "remove", "--yes", "eve")
    product.wait_until_nodes_hold_plan(count)
    for machine in ("n1", "n2"):
        expect(lab.exec(machine, "getent", "passwd", "eve").returncode == 2, f"{machine} still has a removed user")
    told = json.loads(lab.check("head", "muster", "history", "--json"))["generations"]
    expect([each["how"] for each in told[:3]] == ["went back to 1", "applied", "from the file"], f"history: {told}")
    lab.check("head", "muster", "rollback", "2", "--yes")
    product.wait_until_nodes_hold_plan(count)
    wait_for_leaver(lab, product, True)
    for machine in ("n1", "n2"):
        lab.check(machine, "findmnt", "--mountpoint", SCRATCH)


def wait_for_leaver(lab, product, is_there):
    """Until head and nodes have the user's account, or none has."""

    def question(machine):
        account = lab.exec(machine, "getent", "passwd", LEAVER)
        expect(account.returncode or f":{LEAVER_UID}:" in account.stdout, f"another number: {account.stdout}")
        return (account.returncode == 0) == is_there, account.stdout

    for machine in ("head", "n1", "n2"):
        product.wait_for(f"the account of {LEAVER} {'comes to' if is_there else 'leaves'} {machine}",
                         lambda machine=machine: question(machine), PATIENCE)


def expect_offset(lab, offset):
    """Head and nodes have the time zone with this offset; `date` reads it anew."""
    for machine in ("head", "n1", "n2"):
        said = lab.check(machine, "date", "+%z").strip()
        expect(said == offset, f"{machine} is {said} from UTC, and not {offset}")


def time_zone_follows(lab, product, count):
    """Another time zone reaches head and nodes while they run, and so does the one before."""
    written = lab.check("head", "cat", CLUSTER)
    expect_offset(lab, "+0000")
    wanted = written.replace("\nhead:", "\nhead:\n  time_zone: Asia/Kathmandu")
    lab.check("head", "tee", "/root/wanted.yaml", stdin=wanted)
    told = lab.check("head", "muster", "plan", "/root/wanted.yaml")
    expect("/etc/localtime" in told and "needs a new ISO" not in told, f"the plan: {told}")
    lab.check("head", "muster", "apply", "/root/wanted.yaml", "--yes")
    product.wait_until_nodes_hold_plan(count)
    expect_offset(lab, "+0545")
    lab.check("head", "muster", "rollback", "--yes")
    product.wait_until_nodes_hold_plan(count)
    expect_offset(lab, "+0000")
    for machine in ("head", "n1"):
        link = lab.check(machine, "readlink", "/etc/localtime").strip()
        expect(link == "/usr/share/zoneinfo/Etc/UTC", f"{machine} has the link {link}")


def has_no(lab, machine, path):
    """Whether nothing is there, and what is."""
    seen = lab.exec(machine, "ls", "-d", path)
    return seen.returncode == 2, seen.stdout
