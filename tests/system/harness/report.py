"""What a run of system tests prints: scenarios, their steps with times, and the last line."""

import contextlib
import sys
import threading
import time
import traceback


class Failed(Exception):
    """A scenario's expectation does not hold; the text says which and what was seen."""


class Skipped(Exception):
    """A scenario cannot be tried here; the text says why."""


def expect(holds, text):
    """Fails the scenario with `text` when `holds` is false."""
    if not holds:
        raise Failed(text)


class Report:
    """Counts scenarios and prints as they run; labs that run side by side may share one."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self._start = time.monotonic()
        self._lock = threading.Lock()
        self._place = threading.local()

    def line(self, text):
        """Prints one line with the time since the start of the run."""
        seconds = int(time.monotonic() - self._start)
        indent = "  " * getattr(self._place, "depth", 0)
        print(f"{seconds // 60:3}:{seconds % 60:02} {indent}{text}", flush=True)

    def _count(self, counter):
        with self._lock:
            setattr(self, counter, getattr(self, counter) + 1)

    @contextlib.contextmanager
    def step(self, name):
        """Times a part of a scenario."""
        start = time.monotonic()
        self.line(name)
        self._place.depth = getattr(self._place, "depth", 0) + 1
        try:
            yield
        finally:
            self._place.depth -= 1
            self.line(f"{name}: {time.monotonic() - start:.1f} s")

    def scenario(self, name, body):
        """Runs one scenario and counts how it ended; true when nothing failed."""
        try:
            with self.step(f"[{name}]"):
                body()
        except Skipped as reason:
            self._count("skipped")
            self.line(f"SKIPPED {name}: {reason}")
            return True
        except Failed as reason:
            self._count("failed")
            self.line(f"FAILED {name}: {reason}")
            return False
        except Exception as error:  # the harness's own mistake fails this scenario and no other
            self._count("failed")
            self.line(f"FAILED {name}: {type(error).__name__}: {error}")
            traceback.print_exc()
            return False
        self._count("passed")
        self.line(f"PASSED {name}")
        return True

    def fail(self, name, reason):
        """Counts something that failed beside the scenarios, and says so while anybody reads."""
        self._count("failed")
        self.line(f"FAILED {name}: {reason}")

    def skip(self, name, reason):
        """Counts a scenario that was not tried."""
        self._count("skipped")
        self.line(f"SKIPPED {name}: {reason}")

    def finish(self):
        """Prints the last line; the exit status."""
        sys.stdout.write(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped\n")
        return 1 if self.failed else 0
