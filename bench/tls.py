"""Ten thousand nodes that reach their head through nginx, each by TLS with its own certificate."""

import json
import pathlib
import subprocess
import sys

from bench.figures import MUSTERD

NODES = 10_000


def run(figures, nodes=NODES):
    done = subprocess.run(["unshare", "--net", sys.executable, pathlib.Path(__file__).with_name("tls_head.py"), MUSTERD,
                           str(nodes)], check=True, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        name, value, unit = json.loads(line)
        figures.record(f"by TLS, {name}", value, unit, None)
