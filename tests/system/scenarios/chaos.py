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


def reset(lab, rng, nodes):
    """A node's power is cut for a moment."""
    node = rng.choice(nodes)
    lab.power("reset", node)
    return f"{node} was reset"


def off_for_a_while(lab, rng, nodes):
    """A node is off for a while."""
    node, seconds = rng.choice(nodes), rng.choice(PULLED_SECONDS)
    lab.power("off", node)
    time.sleep(seconds)
    lab.power("on", node)
    return f"{node} was off for {seconds} s"


def cable_out(lab, rng, nodes):
    """A cable is out for a while."""
    machine, seconds = rng.choice([*nodes, "head"]), rng.choice(PULLED_SECONDS)
    lab.cable("pull", machine)
    time.sleep(seconds)
    lab.cable("plug", machine)
    return f"the cable of {machine} was out for {seconds} s"


def killed_on_the_head(lab, rng, _nodes):
    """A service of the head ends from one moment to the next."""
    return kill(lab, "head", rng.choice(HEAD_UNITS))


def killed_on_a_node(lab, rng, nodes):
    """A service of a node ends; a node that is off has none."""
    return kill(lab, rng.choice(nodes), rng.choice(NODE_UNITS))


def kill(lab, machine, unit):
    """SIGKILL for all processes of a unit."""
    status = lab.exec(machine, "systemctl", "kill", "--signal=SIGKILL", unit).returncode
    return f"{unit} of {machine} was killed" if status == 0 else f"{unit} of {machine} does not run"


FAULTS = (reset, off_for_a_while, cable_out, killed_on_the_head, killed_on_a_node)


def comes_back_from_faults(lab, product, count):
    """After each few faults all nodes are ready, nothing is wrong, and a job runs over all of them."""
    print(f"seed {SEED}: MUSTER_CHAOS_SEED={SEED} repeats it", flush=True)
    rng = random.Random(SEED)
    nodes = [f"n{index}" for index in range(1, count + 1)]
    end, rounds = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        rounds += 1
        done = [rng.choice(FAULTS)(lab, rng, nodes) for _ in range(rng.randint(1, 3))]
        print(f"round {rounds}: {'; '.join(done)}", flush=True)
        product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)
        said = product.job_check("@ready")
        if f"green: {count} nodes ran" not in said:
            raise Failed(f"round {rounds}, seed {SEED}, after {'; '.join(done)}: {said}")
    print(f"the cluster came back {rounds} times", flush=True)
