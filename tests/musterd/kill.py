#!/usr/bin/env python3
"""Kills a musterd under load again and again: kill.py --musterd PROGRAM [--kills NUMBER] [--seed NUMBER]

Machines, people and lists of nodes come and go over both sockets of a real daemon, which is ended with SIGKILL
at a random moment of its start or of its work. Whatever it answered must be on disk then, and all that it did
not answer whole or not at all; and the next start must show what is on disk. Prints the number of kills and the
seed, with which the same things are asked for in the same order."""

import argparse
import collections
import contextlib
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

# The path above must be set first.
from tests.musterd.actors import (BatchActor, ListActor, MachineActor, PersonActor, PolicyActor,  # noqa: E402
                                  certificate_request)
from tests.musterd.connection import Connection, Lost, NodeConnection  # noqa: E402
from tests.musterd.daemon import Musterd  # noqa: E402
from tests.musterd.disk import Disk  # noqa: E402

THREADS = 6
MACHINES_OF_A_THREAD = 6
PEOPLE = 3
ENDLESS = 1 << 30
FEW = 3
# A head is killed so often before the next one begins with nothing.
KILLS_OF_A_HEAD = 25
# Seconds: few answers about people come sooner than the longer one.
LONGEST_WORK = (0.4, 0.4, 0.4, 1.4)
LONGEST_START = 0.15
# Of the kills of a head that has worked, one in so many comes while it starts.
START_KILLS = 6

Connections = collections.namedtuple("Connections", "api node")


class Load:
    """What all actors of one head do at the same time."""

    def __init__(self, daemon, seed, request):
        self.daemon = daemon
        self.rng = random.Random(seed)
        # Those of one list take turns on one thread.
        self.actors = [[MachineActor(thread * MACHINES_OF_A_THREAD + i, request) for i in range(MACHINES_OF_A_THREAD)]
                       + [ListActor(32 + thread), BatchActor(64 + thread)] for thread in range(THREADS)]
        self.actors += [[PersonActor(number) for number in range(PEOPLE)], [PolicyActor()]]
        self.answered = 0
        self.lost = 0
        self.failures = []
        self.lock = threading.Lock()

    def start(self):
        """The threads, which end when the daemon does. All people are one document, and the policy is another:
        the next change would write what the last one did not, and so there are few of them."""
        threads = [threading.Thread(target=self._work, args=(mine, random.Random(self.rng.random()), most))
                   for mine, most in zip(self.actors, [ENDLESS] * THREADS + [self.rng.randint(1, FEW)] * 2)]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, actors, rng, most):
        answered = 0
        connections = Connections(Connection(self.daemon.socket("api")), NodeConnection(self.daemon.socket("node")))
        try:
            while answered < most:
                rng.choice(actors).step(connections, rng)
                answered += 1
        except Lost:
            with self.lock:
                self.lost += 1
        except Exception as error:  # pylint: disable=broad-except
            # Told by the main thread, which has the seed.
            with self.lock:
                self.failures.append(error)
        finally:
            for connection in connections:
                connection.close()
        with self.lock:
            self.answered += answered

    def check(self):
        """Compares with what is on disk."""
        if self.failures:
            raise self.failures[0]
        disk = Disk(self.daemon.state)
        for actor in [actor for mine in self.actors for actor in mine]:
            actor.settle(disk)
        return disk


def check_shown(daemon, disk):
    """The daemon shows what is on disk."""
    with contextlib.closing(Connection(daemon.socket("api"))) as api:
        _, answer = api.call("GET", "/v1/nodes")
        shown = {node["id"]: (node["name"], node["address"], node["profile"]) for node in answer["nodes"]}
        kept = {key: (node["name"], node["address"], node["profile"]) for key, node in disk.nodes.items()}
        assert shown == kept, f"on disk and not shown, or the other way: {set(shown.items()) ^ set(kept.items())}"
        _, answer = api.call("GET", "/v1/users")
        assert {user["name"]: user["ssh_keys"] for user in answer["users"]} == \
            {name: user["ssh_keys"] for name, user in disk.users.items()}
        _, answer = api.call("GET", "/v1/discovery")
        assert answer["policy"] == disk.policy


def check_certificates(daemon, load):
    """Every machine that was given a certificate is a node."""
    with contextlib.closing(NodeConnection(daemon.socket("node"))) as node:
        for mine in load.actors:
            for actor in mine:
                machine = getattr(actor, "machine", None)
                if machine is None or machine.certificate is None or not machine.certain:
                    continue
                status, answer = machine.call(node, "heartbeat", {})
                assert status == 200, f"{machine.mac} showed its certificate, and was told {status}: {answer}"


def kill_once(daemon, load, disk, rng):
    """One start, a time of work, and its end; what is on disk then. `disk` is that of the kill before, None
    before the first."""
    daemon.start()
    if disk is None or rng.randrange(START_KILLS) == 0:
        # A first start makes the authority, the keys and the database.
        if not daemon.wait_until_ready(rng.uniform(0, LONGEST_START)):
            daemon.kill()
            return load.check()
    elif not daemon.wait_until_ready():
        raise AssertionError("musterd does not start")
    if disk is not None:
        check_shown(daemon, disk)
        check_certificates(daemon, load)
    threads = load.start()
    # The moment is the test's subject: nothing is waited for.
    time.sleep(rng.uniform(0, rng.choice(LONGEST_WORK)))
    daemon.kill()
    for thread in threads:
        thread.join()
    return load.check()


def one_head(daemon, rng, request, tally):
    """A head from its first start on, which ends well after all."""
    daemon.forget()
    load = Load(daemon, rng.random(), request)
    disk = None
    for _ in range(KILLS_OF_A_HEAD):
        disk = kill_once(daemon, load, disk, rng)
        tally["kills"] += 1
    daemon.start()
    assert daemon.wait_until_ready(), "musterd does not start"
    check_shown(daemon, disk)
    check_certificates(daemon, load)
    daemon.stop()
    tally.update(answered=load.answered, lost=load.lost)


def run(program, kills, seed):
    """Whether all held. Prints what was done."""
    print(f"musterd.kill: seed {seed}", flush=True)
    rng = random.Random(seed)
    request = certificate_request()
    tally = collections.Counter(kills=0)
    with tempfile.TemporaryDirectory(prefix="muster-kill") as place, Musterd(program, place) as daemon:
        try:
            while tally["kills"] < kills:
                one_head(daemon, rng, request, tally)
            assert tally["answered"] > kills and tally["lost"] > 0, "there was no load"
        except AssertionError as error:
            print(f"{daemon.log()}\nFAILED musterd.kill after {tally['kills']} kills, seed {seed}: {error}")
            return False
    print(f"musterd.kill: {tally['kills']} kills, seed {seed}: {tally['answered']} acts were answered, "
          f"{tally['lost']} were cut off")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--musterd", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    options = parser.parse_args()
    return 0 if run(options.musterd, options.kills, options.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
