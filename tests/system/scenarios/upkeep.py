"""What others change on a running head, and what only its scheduler and its kernel know, is told or put right."""

import contextlib

from harness.report import expect
from scenarios import faults

# The head looks at its plan every four minutes and at its wire every three.
PATIENCE = 420


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
