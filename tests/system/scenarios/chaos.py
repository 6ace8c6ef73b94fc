"""Faults at random, for as long as somebody wants: the cluster comes back from each, by itself."""

import os
import random
import time

from harness.report import Failed

# How long it goes on, in seconds, and with what it begins; for a run that is to be repeated.
SECONDS = int(os.environ.get("MUSTER_CHAOS_SECONDS", "300"))
SEED = int(os.environ.get("MUSTER_CHAOS_SEED", str(time.time_ns() % 1_000_000)))
# Slurm gives up a node that says nothing for two minutes, and a node that failed tries again within five.
PATIENCE = 600
# Longer than the head's patience with a node, or not.
PULLED_SECONDS = (2, 20, 70)
HEAD_UNITS = ("musterd", "muster-dnsmasq", "muster-nginx", "slurmctld", "chrony", "muster-watch")
NODE_UNITS = ("muster-agent", "slurmd", "ssh", "chrony")


class Cluster:
    """A lab's machines, and which of the nodes lost their power in this round."""

    def __init__(self, lab, nodes):
        self.lab = lab
        self.nodes = nodes
        self.without_power = set()


def reset(cluster, rng):
    """A node's power is cut for a moment."""
    node = rng.choice(cluster.nodes)
    cluster.lab.power("reset", node)
    cluster.without_power.add(node)
    return f"{node} was reset"


def off_for_a_while(cluster, rng):
    """A node is off for a while."""
    node, seconds = rng.choice(cluster.nodes), rng.choice(PULLED_SECONDS)
    cluster.lab.power("off", node)
    time.sleep(seconds)
    cluster.lab.power("on", node)
    cluster.without_power.add(node)
    return f"{node} was off for {seconds} s"


def cable_out(cluster, rng):
    """A cable is out for a while."""
    machine, seconds = rng.choice([*cluster.nodes, "head"]), rng.choice(PULLED_SECONDS)
    cluster.lab.cable("pull", machine)
    time.sleep(seconds)
    cluster.lab.cable("plug", machine)
    return f"the cable of {machine} was out for {seconds} s"


def killed_on_the_head(cluster, rng):
    """A service of the head ends from one moment to the next."""
    return kill(cluster.lab, "head", rng.choice(HEAD_UNITS))


def killed_on_a_node(cluster, rng):
    """A service of a node ends; a node that is off has none."""
    return kill(cluster.lab, rng.choice(cluster.nodes), rng.choice(NODE_UNITS))


def kill(lab, machine, unit):
    """SIGKILL for all processes of a unit."""
    status = lab.exec(machine, "systemctl", "kill", "--signal=SIGKILL", unit).returncode
    return f"{unit} of {machine} was killed" if status == 0 else f"{unit} of {machine} does not run"


FAULTS = (reset, off_for_a_while, cable_out, killed_on_the_head, killed_on_a_node)


def comes_back_from_faults(lab, product, count):
    """After each few faults all nodes are ready, nothing is wrong, and a job runs over all of them."""
    print(f"seed {SEED}: MUSTER_CHAOS_SEED={SEED} repeats it", flush=True)
    rng = random.Random(SEED)
    cluster = Cluster(lab, [f"n{index}" for index in range(1, count + 1)])
    end, rounds = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        rounds += 1
        cluster.without_power.clear()
        starts = {node: times_enrolled(product, node) for node in cluster.nodes}
        done = [rng.choice(FAULTS)(cluster, rng) for _ in range(rng.randint(1, 3))]
        print(f"round {rounds}: {'; '.join(done)}", flush=True)
        # A head believes for half a minute that a node without power is up, and a job that begins there fails.
        for node in cluster.without_power:
            product.wait_for(f"{node} starts anew", lambda node=node: has_started(product, node, starts[node]), PATIENCE)
        product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)
        said = product.job_check("@ready")
        if f"green: {count} nodes ran" not in said:
            raise Failed(f"round {rounds}, seed {SEED}, after {'; '.join(done)}: {said}")
    print(f"the cluster came back {rounds} times", flush=True)


def times_enrolled(product, machine):
    """How often the node of this machine enrolled, which it does at each start."""
    return product.count_events(product.node_of(machine).name, "enrolled")


def has_started(product, machine, before):
    """Whether it enrolled since, and how often it did."""
    try:
        now = times_enrolled(product, machine)
    # The daemon was killed and starts.
    except Failed as reason:
        return False, str(reason)
    return now > before, now
