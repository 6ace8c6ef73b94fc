#!/usr/bin/env python3
"""One node whose heartbeats are timed: prober.py SOCKET ADDRESS ID SERIAL. A process of its own, so that it waits
for the head only and not for the thousands of nodes that another process plays. Beats a hundred times a second, and
prints the seconds that each answer took."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

# The path above must be set first.
from tests.musterd.connection import NodeConnection  # noqa: E402

PACE_SECONDS = 0.01


def main():
    path, address, node, serial = sys.argv[1:]
    connection = NodeConnection(path)
    due = time.monotonic()
    while True:
        status, _ = connection.say("heartbeat", {}, address, (node, serial))
        now = time.monotonic()
        if status != 200:
            return 1
        # Counted from when it was due: one slow answer delays those that follow.
        print(now - due, flush=True)
        due += PACE_SECONDS
        time.sleep(max(0, due - now))


if __name__ == "__main__":
    sys.exit(main())
