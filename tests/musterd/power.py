#!/usr/bin/env python3
"""Cuts the power of the disk below a musterd, at every flush of its work: power.py --musterd PROGRAM [--acts NUMBER]

Machines, people, lists of nodes and the policy change one after the other over both sockets of a real daemon, whose state
is on a recorded disk. Whatever it answered must be there after a power cut at any moment later, and the store must be
whole; a daemon that starts from what is left shows it. Prints how often the power was cut."""

import argparse
import contextlib
import copy
import os
import pathlib
import random
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

# The path above must be set first.
from tests.disk.recorded import RecordedDisk, copy_of, mounted, run  # noqa: E402
from tests.musterd.actors import (BatchActor, ListActor, MachineActor, PersonActor, PolicyActor,  # noqa: E402
                                  certificate_request)
from tests.musterd.connection import Connection, NodeConnection  # noqa: E402
from tests.musterd.daemon import Musterd  # noqa: E402
from tests.musterd.disk import Disk  # noqa: E402
from tests.musterd.kill import Connections, check_shown  # noqa: E402

# A daemon is started from what is left at one power cut in so many.
STARTS = 8
MISSING = 3


def all_actors():
    """Some of each kind."""
    request = certificate_request()
    return [*(MachineActor(number, request) for number in range(6)), ListActor(32), BatchActor(64),
            *(PersonActor(number) for number in range(2)), PolicyActor()]


def work(program, disk, acts, rng):
    """Acts one after the other; what must be there after each of them, by its mark."""
    actors = all_actors()
    known = {}
    with Musterd(program, disk.mount) as daemon:
        daemon.start()
        assert daemon.wait_until_ready(), "musterd does not start"
        with contextlib.closing(Connection(daemon.socket("api"))) as api, \
             contextlib.closing(NodeConnection(daemon.socket("node"))) as node:
            connections = Connections(api, node)
            for _ in range(acts):
                rng.choice(actors).step(connections, rng)
                known[disk.mark()] = copy.deepcopy(actors)
        daemon.stop()
    return known


def check(state, known, mark):
    """What is on disk is what was known at the mark, or with what was asked for next as well."""
    disk = Disk(state)
    differences = [difference(known[possible], disk) for possible in (mark, mark + 1) if possible in known]
    assert None in differences, f"after act {mark}: {differences[0]}"
    return disk


def difference(actors, disk):
    """What of all that were answered is not so on disk; none when it is."""
    try:
        for actor in copy.deepcopy(actors):
            actor.settle(disk)
    except AssertionError as error:
        return error
    return None


def replay(program, disk, known, place):
    """Cuts the power at every flush; how often."""
    cuts = 0
    image = place / "image"
    for mark in disk.power_cuts(image):
        cuts += 1
        with mounted(copy_of(image, place / "copy"), place / "left") as left:
            found = check(left / "state", known, mark)
            if cuts % STARTS == 0:
                start_again(program, left, found)
    return cuts


def start_again(program, left, found):
    """A daemon starts from what is left, and shows it."""
    for name in ("helper.sock", "notify"):
        (left / name).unlink(missing_ok=True)
    with Musterd(program, left) as daemon:
        daemon.start()
        assert daemon.wait_until_ready(), "musterd does not start"
        check_shown(daemon, found)
        daemon.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--musterd", required=True)
    parser.add_argument("--acts", type=int, default=120)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    options = parser.parse_args()
    if not pathlib.Path("/dev/fuse").exists():
        print("skipped: there is no '/dev/fuse', by which the recorded disk is shown")
        return MISSING
    # What is mounted here is in no namespace that somebody makes meanwhile.
    os.unshare(os.CLONE_NEWNS)
    run("mount", "--make-rprivate", "/")
    print(f"musterd.power: seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="muster-power") as directory:
        place = pathlib.Path(directory)
        try:
            with RecordedDisk(place) as disk:
                known = work(options.musterd, disk, options.acts, random.Random(options.seed))
            cuts = replay(options.musterd, disk, known, place)
            assert cuts >= options.acts // 4, f"the power was cut {cuts} times only: nothing waits for the disk"
        except AssertionError as error:
            print(f"FAILED musterd.power, seed {options.seed}: {error}")
            return 1
    print(f"musterd.power: {options.acts} acts, the power was cut at {cuts} flushes, seed {options.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
