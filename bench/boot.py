"""A head and a node from power on to ready, stage by stage, in a virtual cluster."""

import json
import subprocess
import time

from bench.figures import ISO, MUSTER

LAB = "bench"


def lab(verb, *words):
    """One `muster lab` command; its output."""
    return subprocess.run([MUSTER, "lab", verb, "--name", LAB, *words], check=True,
                          capture_output=True, text=True).stdout


def on(machine, *argv):
    """What a command prints in a machine of the lab."""
    return lab("exec", machine, "--", *argv)


def systemd_stages(machine):
    """Seconds that the kernel, the initrd and the system took, as systemd counts them."""
    names = ["UserspaceTimestampMonotonic", "FinishTimestampMonotonic"]
    # Zero until every job of the boot is done; a system with a failed unit has finished as well.
    subprocess.run([MUSTER, "lab", "exec", "--name", LAB, machine, "--", "systemctl",
                    "is-system-running", "--wait"], capture_output=True, check=False)
    said = on(machine, "systemctl", "show", *(f"--property={name}" for name in names))
    times = dict(line.split("=") for line in said.splitlines())
    return [int(times[name]) / 1e6 for name in names]


def record_head(figures, seconds):
    system, finished = systemd_stages("head")
    figures.record("head: power on to ready", round(seconds, 1), "s")
    figures.record("head: firmware and boot menu", round(seconds - finished, 1), "s")
    figures.record("head: kernel and initrd", round(system, 1), "s")
    figures.record("head: systemd to all services", round(finished - system, 1), "s")


def record_node(figures, seconds):
    name = json.loads(on("head", "muster", "node", "list", "--json"))["nodes"][0]["name"]
    events = json.loads(on("head", "muster", "node", "why", name, "--json"))[0]["events"]
    boot = [event for event in events if event["kind"] in {"boot", "stage", "enrolled"}]
    figures.record("node: power on to ready", round(seconds, 1), "s")
    known = (boot[-1]["time_ms"] - boot[0]["time_ms"]) / 1000
    figures.record("node: firmware, kernel, discovery", round(seconds - known, 1), "s")
    for event, after in zip(boot, boot[1:]):
        took = (after["time_ms"] - event["time_ms"]) / 1000
        figures.record(f"node: from {event['text'].split()[0]} to {after['text'].split()[0]}",
                       round(took, 1), "s")


def record_memory(figures):
    """What a running node's root holds in memory."""
    table = on("n1", "df", "--block-size=1000000", "--output=used", "/run/muster/image",
               "/run/muster/writable").split()[1:]
    figures.record("node: image in memory", int(table[0]), "MB")
    figures.record("node: written since boot", int(table[1]), "MB")
    memory = dict(line.split(":") for line in on("n1", "cat", "/proc/meminfo").splitlines())
    kib = {name: int(memory[name].split()[0]) for name in ("MemTotal", "MemAvailable")}
    figures.record("node: memory in use, root included",
                   round((kib["MemTotal"] - kib["MemAvailable"]) * 1024 / 1e6), "MB")


def wait_until_ready():
    """Asks the head until its node is ready. A pause between questions: each costs the emulated
    processor half a second."""
    for _ in range(450):
        nodes = json.loads(on("head", "muster", "node", "list", "--json"))["nodes"]
        if nodes and nodes[0]["state"] == "ready":
            return
        time.sleep(2)
    raise RuntimeError("the node is not ready after 15 minutes")


def record_all(figures, seconds):
    """Of a head that needed so long, and of a node that is added to it."""
    record_head(figures, seconds)
    start = time.monotonic()
    lab("add")
    wait_until_ready()
    record_node(figures, time.monotonic() - start)
    record_memory(figures)


def run(figures):
    subprocess.run([MUSTER, "lab", "down", "--name", LAB], capture_output=True, check=False)
    start = time.monotonic()
    try:
        lab("up", "--iso", ISO, "--nodes", "0", "--wait", "head")
        seconds = time.monotonic() - start
        machines = json.loads(lab("status", "--json"))["machines"]
        with figures.under(accelerator=machines[0]["accelerator"]):
            record_all(figures, seconds)
    finally:
        subprocess.run([MUSTER, "lab", "down", "--name", LAB], capture_output=True, check=False)
