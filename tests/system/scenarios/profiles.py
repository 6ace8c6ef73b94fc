"""Nodes of several profiles, and what those of one have."""

from harness.report import expect
from scenarios import operations

CLUSTER = "/etc/muster/cluster.yaml"
WANTED = "/root/wanted.yaml"
DATA = "/srv/data"
SECOND = "  - name: fat\n    image: compute\n"


def nodes_of_a_profile_mount_its_volumes(lab, product, count):
    """A volume of one profile: a node mounts it when it starts as that profile, and another node does not. Its jobs find
    it. When the volume is the other profile's, the other node mounts it, and this one no longer, while both run. A node
    whose profile is gone has what the first profile has."""
    written = lab.check("head", "cat", CLUSTER)
    name = product.node_of("n2").name
    apply(lab, product, count, with_volume(written, "fat"))
    expect_mounted(lab, n1=False, n2=False)
    start_as(lab, product, name, "fat")
    product.wait_until_nodes_hold_plan(count)
    expect_mounted(lab, n1=False, n2=True)
    expect(run_on(lab, "fat") == name, "the job of the profile ran on another node")
    told = apply(lab, product, count, with_volume(written, "default"))
    expect("profile 'default':\n  added" in told and "profile 'fat':\n" in told and "lose it at once" in told,
           f"what changes: {told}")
    expect_mounted(lab, n1=True, n2=False)
    apply(lab, product, count, with_volume(written, "default", more=""))
    expect_mounted(lab, n1=True, n2=True)
    told = apply(lab, product, count, with_volume(written, "default"))
    expect("profile 'fat':\n" in told and "lose it at once" in told, f"what the way back takes: {told}")
    expect_mounted(lab, n1=True, n2=False)
    apply(lab, product, count, written)
    expect_mounted(lab, n1=False, n2=False)
    start_as(lab, product, name, "default")
    product.wait_for("all is well", lambda: product.is_well(count), operations.PATIENCE)


def with_volume(written, profile, more=SECOND):
    """The cluster with one profile more, and a volume of one of them."""
    volume = f"\n  - name: data\n    mount: {DATA}\n    profiles: [{profile}]"
    return written.replace("\nvolumes:", f"{more}\nvolumes:{volume}")


def apply(lab, product, count, text):
    """Makes this the cluster; what was said that it changes."""
    lab.check("head", "tee", WANTED, stdin=text)
    said = lab.exec("head", "muster", "apply", WANTED, "--dry-run")
    lab.check("head", "muster", "apply", WANTED, "--yes")
    product.wait_until_nodes_hold_plan(count)
    return said.stdout + said.stderr


def start_as(lab, product, name, profile):
    """The node n2 has another profile, and starts again."""
    lab.check("head", "muster", "node", "set", name, "--profile", profile)
    shown, _ = operations.restart_in_turn(lab, product, {"n2": name}, name)
    expect(shown["state"] == "done", f"the restart of {name}: {shown}")


def expect_mounted(lab, **wanted):
    for machine, is_wanted in wanted.items():
        is_there = lab.exec(machine, "findmnt", "--mountpoint", DATA).returncode == 0
        expect(is_there == is_wanted, f"{machine}: {DATA} is {'there' if is_there else 'missing'}")


def run_on(lab, profile):
    """The node on which a job of a profile ran, which has the volume."""
    return lab.check("head", "srun", "--chdir=/", "--immediate=60", "-N1", "--constraint", profile, "sh", "-c",
                     f"findmnt --mountpoint {DATA} > /dev/null && hostname --short").strip()
