#!/usr/bin/env python3
"""System tests: an ISO, a head, two nodes, an MPI job, and what may go wrong on the way.

One emulated lab serves several scenarios, because booting costs most of the time under emulation; after a failed
scenario the others of its lab are still tried, unless the lab itself did not come up. What needs no firmware and no
kernel of its own has a native cluster each, which starts within seconds.
"""

import argparse
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# The path above must be set first.
from harness.beside import Beside, Run, Time  # noqa: E402
from harness.report import Report  # noqa: E402
from matrix import groups  # noqa: E402

MISSING = 3

# What the tests' own programs and the machine they run on need beside labs, in MiB.
KEPT_MEMORY = 1024


def shard(text):
    """The number of a part, from 0 on, and how many there are."""
    index, _, count = text.partition("/")
    if not (index.isdigit() and count.isdigit() and 1 <= int(index) <= int(count)):
        raise argparse.ArgumentTypeError(f"'{text}' is no part of several; write 1/3, 2/3 or 3/3")
    return int(index) - 1, int(count)


def matches(group, name, words):
    """Whether a scenario is among those asked for: all but what soaks, a group's, or one."""
    return (not words and not group.soaks) or group.name in words or f"{group.name}/{name}" in words


def main():
    parser = argparse.ArgumentParser(description="system tests of Muster in virtual clusters")
    parser.add_argument("--muster", required=True, type=pathlib.Path, help="the program under test")
    parser.add_argument("--iso", required=True, type=pathlib.Path, help="the ISO under test")
    parser.add_argument("--list", action="store_true", help="print the scenarios and end")
    parser.add_argument("--shard", type=shard, metavar="I/N",
                        help="run the I-th of N parts only, which several machines take together")
    parser.add_argument("--seconds", type=int, metavar="N",
                        help="begin nothing that would not end within this time; what is not begun is skipped")
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
    parts = [(group, part) for group, names in chosen for part in group.split(names)]
    if arguments.shard:
        parts = part_of(parts, arguments.shard)
        if not parts:
            print(f"part {arguments.shard[0] + 1} of {arguments.shard[1]} has nothing to run")
            print("0 passed, 0 failed, 0 skipped")
            return 0
    return run_alone(*parts[0], arguments) if len(parts) == 1 else run_beside(parts, arguments)


def part_of(parts, which):
    """What one of several machines runs that share the work."""
    index, count = which
    return parts[index::count]


def run_alone(group, names, arguments):
    """One lab or cluster, in this process."""
    report = Report()
    try:
        group.run(names, arguments, report)
    except KeyboardInterrupt:
        report.fail("run", "interrupted; the other scenarios were not tried")
    return report.finish()


def run_beside(parts, arguments):
    """A process for each lab or cluster."""
    paths = ["--muster", str(arguments.muster), "--iso", str(arguments.iso)]
    runs = []
    for group, names in parts:
        tests = tuple(f"{group.name}/{name}" for name in names)
        runs.append(Run(group.name, [sys.executable, __file__, *paths, *tests], group.memory, group.processors, tests,
                        group.seconds_of(names)))
    beside = Beside(runs, len(os.sched_getaffinity(0)), available_memory() - KEPT_MEMORY,
                    allowed=Time(arguments.seconds))
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
