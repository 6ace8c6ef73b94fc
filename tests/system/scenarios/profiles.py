"""Nodes of several profiles, and what those of one have."""

from harness.report import expect
from scenarios import operations

CLUSTER = "/etc/muster/cluster.yaml"
WANTED = "/root/wanted.yaml"
DATA = "/srv/data"


def nodes_of_a_profile_mount_its_volumes(lab, product, count):
    """A volume of one profile: a node mounts it when it starts as that profile, and another node does not. Its jobs find
    it. When the volume is the other profile's, the other node mounts it, and this one no longer, while both run."""
    written = lab.check("head", "cat", CLUSTER)
    names = {machine: product.node_of(machine).name for machine in ("n1", "n2")}
    apply(lab, product, count, with_volume(written, "fat"))
    expect_mounted(lab, n1=False, n2=False)
    start_as(lab, product, names["n2"], "fat")
    product.wait_until_nodes_hold_plan(count)
    expect_mounted(lab, n1=False, n2=True)
    expect(run_on(lab, "fat") == names["n2"], "the job of the profile ran on another node")
    for other, told in (("default", ("'default':\n  added", "'fat':\n  ")), ("fat, default", ("'default':\n  added",))):
        lab.check("head", "tee", WANTED, stdin=with_volume(written, other))
        plan = lab.check("head", "muster", "plan", WANTED)
        expect(all(f"profile {text}" in plan for text in told), f"the plan with profiles [{other}]: {plan}")
    apply(lab, product, count, with_volume(written, "default"))
    expect_mounted(lab, n1=True, n2=False)
    apply(lab, product, count, written)
    expect_mounted(lab, n1=False, n2=False)
    start_as(lab, product, names["n2"], "default")
    product.wait_for("all is well", lambda: product.is_well(count), operations.PATIENCE)


def with_volume(written, profiles):
    """The cluster with a second profile, and a volume of these profiles."""
    volume = f"\nvolumes:\n  - name: data\n    mount: {DATA}\n    profiles: [{profiles}]"
    return (written.replace("\nprofiles:", "\nprofiles:\n  - name: fat\n    image: compute")
            .replace("\nvolumes:", volume))


def apply(lab, product, count, text):
    lab.check("head", "tee", WANTED, stdin=text)
    lab.check("head", "muster", "apply", WANTED, "--yes")
    product.wait_until_nodes_hold_plan(count)


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
