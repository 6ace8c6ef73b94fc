"""Nodes of several profiles, and what those of one have."""

from harness.report import expect
from scenarios import operations

CLUSTER = "/etc/muster/cluster.yaml"
WANTED = "/root/wanted.yaml"
DATA = "/srv/data"
LOSES = "jobs that use a volume that goes lose it at once"
SECOND = "  - name: fat\n    image: compute\n"


def nodes_of_a_profile_mount_its_volumes(lab, product, count):
    """A volume of one profile: a node mounts it when it starts as that profile, and another node does not. Its jobs find
    it. When the volume is the other profile's, a node that runs as that one mounts it without a start, and what the first
    loses is told before. (That it is unmounted then is shown where NFS is real: upkeep.volume_comes_and_goes.)"""
    written = lab.check("head", "cat", CLUSTER)
    names = {machine: product.node_of(machine).name for machine in ("n1", "n2")}
    apply(lab, product, count, with_volume(written, "fat"))
    expect_mounted(lab, n1=False, n2=False)
    lab.check("head", "muster", "node", "set", names["n2"], "--profile", "fat")
    restart(lab, product, names, names["n2"])
    product.wait_until_nodes_hold_plan(count)
    expect_mounted(lab, n1=False, n2=True)
    product.wait_for("Slurm knows what the node runs as", lambda: has_feature(lab, "fat"), operations.PATIENCE)
    expect(run_on(lab, "fat") == names["n2"], "the job of the profile ran on another node")
    told = foretold(lab, with_volume(written, "default"))
    expect("profile 'default':\n  added" in told and "profile 'fat':\n" in told and LOSES in told,
           f"what changes: {told}")
    apply(lab, product, count, with_volume(written, "default"))
    expect_mounted(lab, n1=True)
    apply(lab, product, count, written)
    lab.check("head", "muster", "node", "set", names["n2"], "--profile", "default")
    restart(lab, product, names, "@ready")
    expect_mounted(lab, n1=False, n2=False)
    product.wait_for("all is well", lambda: product.is_well(count), operations.PATIENCE)


def with_volume(written, profile):
    """The cluster with one profile more, and a volume of one of them."""
    volume = f"\n  - name: data\n    mount: {DATA}\n    profiles: [{profile}]"
    return written.replace("\nvolumes:", f"{SECOND}\nvolumes:{volume}")


def foretold(lab, text):
    """What is said that it would change, when this were the cluster."""
    lab.check("head", "tee", WANTED, stdin=text)
    said = lab.exec("head", "muster", "apply", WANTED, "--dry-run")
    return said.stdout + said.stderr


def apply(lab, product, count, text):
    lab.check("head", "tee", WANTED, stdin=text)
    lab.check("head", "muster", "apply", WANTED, "--yes")
    product.wait_until_nodes_hold_plan(count)


def restart(lab, product, names, whom):
    shown, _ = operations.restart_in_turn(lab, product, names, whom)
    expect(shown["state"] == "done", f"the restart of {whom}: {shown}")


def expect_mounted(lab, **wanted):
    for machine, is_wanted in wanted.items():
        is_there = lab.exec(machine, "findmnt", "--mountpoint", DATA).returncode == 0
        expect(is_there == is_wanted, f"{machine}: {DATA} is {'there' if is_there else 'missing'}")


def has_feature(lab, profile):
    known = lab.check("head", "sinfo", "--noheader", "--format=%f")
    return profile in known.split(), known


def run_on(lab, profile):
    """The node on which a job of a profile ran, which has the volume."""
    return lab.check("head", "srun", "--chdir=/", "--immediate=60", "-N1", "--constraint", profile, "sh", "-c",
                     f"findmnt --mountpoint {DATA} > /dev/null && hostname --short").strip()
