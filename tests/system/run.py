#!/usr/bin/env python3
"""System tests: an ISO, a head, two nodes, an MPI job, and what may go wrong on the way.

One lab serves several scenarios, because booting costs most of the time under emulation; after a
failed scenario the others of its lab are still tried, unless the lab itself did not come up.
"""

import argparse
import functools
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# The path above must be set first.
from harness.beside import Beside, Run  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.product import Product  # noqa: E402
from harness.report import Failed, Report  # noqa: E402
from scenarios import access, clocks, faults, first_job, site, upkeep, wire  # noqa: E402

MISSING = 3
NODES = 2

# What a head and a node take, in MiB (lab/lab_plan.h; tools/test says the sum).
HEAD_MEMORY = 2432
NODE_MEMORY = 1920
# What the tests' own programs and the machine they run on need beside labs.
KEPT_MEMORY = 1024


class Group:
    """Scenarios of one lab. Where there are several, each of them begins with the lab as it was saved after its boot,
    so their order is no matter. Those that soak run only when somebody names them."""

    def __init__(self, name, up, scenarios, soaks=False):
        self.name = name
        self.soaks = soaks
        self.up = up
        self.scenarios = scenarios
        self.memory = HEAD_MEMORY + up["nodes"] * NODE_MEMORY
        # A head alone keeps one busy; nodes boot together.
        self.processors = 1 if up["nodes"] == 0 else 2
        # A head alone boots faster than it is worth.
        self.is_saved = up["nodes"] > 0 and len(scenarios) > 1


def with_nodes(body, count=NODES):
    """A scenario that needs to know the number of nodes."""
    return lambda lab, product: body(lab, product, count)


def groups():
    """All labs with their scenarios, in the order in which they begin: what takes longest comes first."""
    job = {"nodes_ready": with_nodes(first_job.nodes_are_ready),
           "names_resolve": with_nodes(first_job.names_resolve),
           "mpi_job": with_nodes(first_job.mpi_job_runs)}
    bios = {**job,
            "own_program": with_nodes(first_job.user_runs_own_program),
            "stranger": with_nodes(first_job.stranger_learns_nothing),
            "switch_port": with_nodes(wire.switch_port_is_known),
            "returns_to_work": with_nodes(wire.node_returns_to_work),
            "refused_certificate": with_nodes(wire.refused_certificate),
            "pulled_mid_image": faults.node_pulled_mid_image,
            "corrupted_image": faults.corrupted_image,
            "head_power_cut": with_nodes(faults.head_power_cut),
            "state_disk": with_nodes(faults.power_cut_with_state_disk),
            "second_dhcp_server": faults.second_dhcp_server}
    secure = {**job, "secure_boot_on": with_nodes(first_job.secure_boot_was_on),
              "site_is_found": site.site_is_found, "nodes_reach_the_site": site.nodes_reach_the_site,
              "site_sees_little": site.site_sees_little,
              "root_reaches_nodes": with_nodes(access.root_reaches_nodes),
              "root_of_a_node_reaches_no_other": access.root_of_a_node_reaches_no_other,
              "user_reaches_the_nodes_of_a_job": with_nodes(access.user_reaches_the_nodes_of_a_job),
              "drained_node_is_told": upkeep.drained_node_is_told,
              "file_systems_below_home_are_shared": upkeep.file_systems_below_home_are_shared,
              "changes_are_put_right": upkeep.changes_are_put_right}
    # With Secure Boot off only the firmware's part is another; jobs have run in the groups before.
    uefi = {"nodes_ready": with_nodes(first_job.nodes_are_ready, 1)}
    head_only = {"head_ready": lambda lab, product: product.wait_until_ready(),
                 "console_tells_how_to_log_in": first_job.console_tells_how_to_log_in}
    head_alone = {**head_only, "cable_out": faults.cable_out}
    return [Group("bios", {"nodes": NODES, "head_disk": "2GiB"}, bios),
            Group("secureboot", {"nodes": NODES, "firmware": "secureboot", "site": True}, secure),
            # A card as servers have it.
            Group("uefi", {"nodes": 1, "firmware": "uefi", "card": "e1000e"}, uefi),
            Group("usb-bios", {"nodes": 0, "medium": "usb", "wait": "head"}, head_alone),
            Group("usb-uefi", {"nodes": 0, "medium": "usb", "wait": "head", "firmware": "uefi"},
                  head_only),
            Group("igb", {"nodes": 0, "wait": "head", "card": "igb"}, head_only, soaks=True),
            Group("vmxnet3", {"nodes": 0, "wait": "head", "card": "vmxnet3"}, head_only, soaks=True),
            Group("clocks", {"nodes": 1, "site": True, "head_disk": "2GiB"},
                  {"decision_is_remembered": with_nodes(clocks.decision_is_remembered, 1),
                   "clock_ahead_and_back": with_nodes(clocks.clock_ahead_and_back, 1)}, soaks=True)]


def run_group(group, chosen, arguments, report):
    """Boots a group's lab and runs its chosen scenarios in it."""
    lab = Lab(arguments.muster.resolve(), arguments.iso.resolve(), f"test-{group.name}", report)
    failures = 0
    try:
        with lab:
            if not report.scenario(f"{group.name}/boot", functools.partial(boot, lab, group)):
                raise Failed("the lab did not come up")
            product = Product(lab, report)
            for name in chosen:
                body = functools.partial(run_scenario, lab, product, group, group.scenarios[name])
                if not report.scenario(f"{group.name}/{name}", body):
                    failures += 1
                    lab.show_consoles()
                    say_whether_again(f"{group.name}/{name}", group, body, report)
    except Failed as reason:
        for name in chosen:
            report.skip(f"{group.name}/{name}", reason)


def boot(lab, group):
    """From the ISO to a lab that waits as long as its group wants, and is saved then."""
    lab.up(**group.up)
    if group.is_saved:
        lab.save()


def run_scenario(lab, product, group, body):
    """One scenario, from the state in which all of its group begin."""
    if group.is_saved:
        lab.go_back()
    body(lab, product)


def say_whether_again(name, group, body, report):
    """Tells what fails each time from what fails now and then, which is a defect as well."""
    if not group.is_saved:
        return
    try:
        body()
        report.line(f"{name} passes when it is repeated from the same state: it fails now and then")
    except Exception as again:  # it failed already, and is counted
        report.line(f"{name} fails again: {again}")


def matches(group, name, words):
    """Whether a scenario is among those asked for: all but what soaks, a group's, or one."""
    return (not words and not group.soaks) or group.name in words or f"{group.name}/{name}" in words


def main():
    parser = argparse.ArgumentParser(description="system tests of Muster in virtual clusters")
    parser.add_argument("--muster", required=True, type=pathlib.Path, help="the program under test")
    parser.add_argument("--iso", required=True, type=pathlib.Path, help="the ISO under test")
    parser.add_argument("--list", action="store_true", help="print the scenarios and end")
    parser.add_argument("scenarios", nargs="*", help="groups, or GROUP/SCENARIO; default: all but those that soak")
    arguments = parser.parse_args()
    if arguments.list:
        for group in groups():
            print("\n".join(f"{group.name}/{name}" for name in group.scenarios))
        return 0
    for path in [arguments.muster, arguments.iso]:
        if not path.is_file():
            print(f"skipped: there is no '{path}'; 'make test' makes it", file=sys.stderr)
            return MISSING
    chosen = [(group, names) for group in groups()
              if (names := [name for name in group.scenarios if matches(group, name, arguments.scenarios)])]
    if not chosen:
        print(f"no group or scenario '{' '.join(arguments.scenarios)}'; --list shows them", file=sys.stderr)
        return 2
    # However the run is ended from outside, its labs go with it.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    return run_alone(chosen[0], arguments) if len(chosen) == 1 else run_beside(chosen, arguments)


def run_alone(chosen, arguments):
    """One lab, in this process."""
    report = Report()
    try:
        run_group(*chosen, arguments, report)
    except KeyboardInterrupt:
        report.fail("run", "interrupted; the other scenarios were not tried")
    return report.finish()


def run_beside(chosen, arguments):
    """A process for each lab."""
    paths = ["--muster", str(arguments.muster), "--iso", str(arguments.iso)]
    runs = [Run(group.name, [sys.executable, __file__, *paths, *(f"{group.name}/{name}" for name in names)],
                group.memory, group.processors) for group, names in chosen]
    beside = Beside(runs, len(os.sched_getaffinity(0)), available_memory() - KEPT_MEMORY)
    try:
        beside.finish()
    except KeyboardInterrupt:
        print("FAILED run: interrupted; the other scenarios were not tried", flush=True)
        beside.counts[1] += 1
    passed, failed, skipped = beside.counts
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


def available_memory():
    """MiB that programs can have now (proc_meminfo(5), MemAvailable)."""
    lines = pathlib.Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) // 1024


if __name__ == "__main__":
    sys.exit(main())
