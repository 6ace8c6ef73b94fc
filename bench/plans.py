"""What it takes to make all plans of ten thousand nodes anew, after one profile changed."""

import subprocess

from bench.figures import BUILD, timed

NODES = 10_000


def run(figures):
    subprocess.run(["cmake", "--build", BUILD / "release", "--target", "bench_plans"], check=True, stdout=subprocess.DEVNULL)
    _, said = timed(BUILD / "release/bench/bench_plans", NODES)
    head, nodes, size = said.split()
    figures.record(f"plans: the head's, with {NODES} nodes", float(head), "s")
    figures.record(f"plans: those of {NODES} nodes", float(nodes), "s")
    figures.record("plans: one node's", int(size) // NODES, "bytes")
