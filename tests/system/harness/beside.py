"""Runs of system tests beside each other, each a process of its own with a lab of its own, as many as the machine has
memory and processors for."""

import collections
import re
import signal
import subprocess
import threading
import time

LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")


class Run(collections.namedtuple("Run", ["name", "argv", "memory", "processors", "tests", "seconds"],
                                 defaults=[(), 0])):
    """One run: a program that prints lines and ends with "N passed, N failed, N skipped", and the MiB and processors
    that it needs. With fewer processors its machines boot more slowly than its scenarios wait. `tests` names what
    it counts, `seconds` is what it takes on a machine of usual speed."""


class Room:
    """Memory and processors that runs share. One that needs more than there is runs alone."""

    def __init__(self, memory, processors):
        self._free = self._whole = (max(1, memory), max(1, processors))
        self.changed = threading.Condition()

    def take_first(self, runs):
        """Takes the first of the runs for which there is room from their list; the run and what was taken, or none
        when there is no room for any."""
        for run in runs:
            taken = tuple(min(pair) for pair in zip((run.memory, run.processors), self._whole))
            if all(free >= part for free, part in zip(self._free, taken)):
                self._free = tuple(free - part for free, part in zip(self._free, taken))
                runs.remove(run)
                return run, taken
        return None

    def give_back(self, taken):
        """The run that took it is over."""
        with self.changed:
            self._free = tuple(free + part for free, part in zip(self._free, taken))
            self.changed.notify_all()


class Time:
    """The time that all runs have together: none of them begins that would end after it, as far as those that have
    ended tell how slow this machine is. Without a number of seconds there is no end."""

    def __init__(self, seconds=None, clock=time.monotonic):
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds
        # Of all runs that ended: what they took, and what they take elsewhere.
        self._took = self._expected = 0.0

    def now(self):
        return self._clock()

    def ended(self, run, began):
        """A run tells how much longer this machine takes."""
        if run.seconds:
            self._took += self._clock() - began
            self._expected += run.seconds

    def lacks(self, run):
        """Why there is no time for a run; nothing when there is."""
        if self._end is None:
            return None
        slowness = max(1.0, self._took / self._expected) if self._expected else 1.0
        left, needed = self._end - self._clock(), run.seconds * slowness
        if left >= needed:
            return None
        return f"no time is left: it takes {needed / 60:.1f} minutes here, and {max(0, left) / 60:.1f} are left"


class Beside:
    """Runs in the order of a list, as many at once as there are processors and memory for. One that fits goes before
    one that does not fit yet. Those for which the time is too short are skipped."""

    def __init__(self, runs, processors, memory, say=print, allowed=None):
        self._waiting = list(runs)
        self._time = allowed or Time()
        self._workers = [threading.Thread(target=self._work) for _ in runs]
        self._room = Room(memory, processors)
        self._say = say
        self._lock = threading.Lock()
        self._started = []
        self._interrupted = False
        self.counts = [0, 0, 0]

    def finish(self):
        """Runs all of them; an interrupt ends those that run, which end their labs, and starts no other."""
        try:
            for worker in self._workers:
                worker.start()
            self._join()
        except KeyboardInterrupt:
            # Once is enough.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._interrupt()
            self._join()
            raise

    def _join(self):
        for worker in self._workers:
            if worker.ident is not None:
                worker.join()

    def _interrupt(self):
        with self._lock:
            self._interrupted = True
            for process in self._started:
                if process.poll() is None:
                    # What is started in the background ignores SIGINT, and unshare(1) keeps SIGTERM to itself; the runs
                    # take this one for both.
                    process.send_signal(signal.SIGHUP)

    def _next(self):
        """The next run and what it took of the room; none when there is nothing more to begin."""
        with self._room.changed:
            while self._skip_late() and not self._interrupted:
                if (found := self._room.take_first(self._waiting)) is not None:
                    return found
                self._room.changed.wait()
        return None

    def _skip_late(self):
        """Tells of the runs that are not begun for want of time; those that still wait."""
        for run in list(self._waiting):
            if (reason := self._time.lacks(run)) is not None:
                self._waiting.remove(run)
                for test in run.tests:
                    self._tell(run, f"SKIPPED {test}: {reason}")
                with self._lock:
                    self.counts[2] += len(run.tests)
        return self._waiting

    def _work(self):
        while (found := self._next()) is not None:
            run, taken = found
            began = self._time.now()
            try:
                self._run(run)
                with self._room.changed:
                    self._time.ended(run, began)
            except BrokenPipeError:  # nobody reads what we print: the run ended with its output
                with self._lock:
                    self._interrupted = True
                    self.counts[1] += 1
            except Exception as error:  # a program that cannot be started fails this run and no other
                self._tell(run, f"FAILED {run.name}: {type(error).__name__}: {error}")
                with self._lock:
                    self.counts[1] += 1
            finally:
                self._room.give_back(taken)

    def _start(self, run):
        with self._lock:
            if self._interrupted:
                return None
            # A session of its own: a terminal's interrupt comes once, from us.
            process = subprocess.Popen(run.argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                       errors="replace", start_new_session=True)
            self._started.append(process)
        return process

    def _run(self, run):
        process = self._start(run)
        if process is None:
            return
        counts = None
        with process:
            for line in process.stdout:
                found = LAST_LINE.match(line.rstrip())
                counts = [int(number) for number in found.groups()] if found else counts
                if not found:
                    self._tell(run, line.rstrip())
        if counts is None or (process.returncode != 0 and counts[1] == 0):
            self._tell(run, f"FAILED {run.name}: it ended with {process.returncode} and told of no failure")
            counts = [0, 1, 0]
        with self._lock:
            self.counts = [sum(pair) for pair in zip(self.counts, counts)]

    def _tell(self, run, line):
        with self._lock:
            self._say(f"{run.name:>10} {line}", flush=True)
