"""What a thousand people cost a node at its boot: its plan with them read, their accounts and keys made in memory."""

import subprocess

from bench.figures import BUILD, timed

PEOPLE = 1000


def take_plan(people):
    """Bytes of the plan, seconds of the first time and of the second."""
    _, said = timed(BUILD / "release/bench/bench_people", people)
    size, first, second = said.split()
    return int(size), float(first), float(second)


def run(figures):
    subprocess.run(["cmake", "--build", BUILD / "release", "--target", "bench_people"], check=True,
                   stdout=subprocess.DEVNULL)
    _, none, none_again = take_plan(0)
    size, first, again = take_plan(PEOPLE)
    figures.record(f"people: plan with {PEOPLE}", size, "bytes")
    figures.record(f"people: {PEOPLE} more at a node's boot", round(first - none, 3), "s", 1)
    figures.record(f"people: {PEOPLE} more when the plan changes", round(again - none_again, 3), "s")
