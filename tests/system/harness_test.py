#!/usr/bin/env python3
"""The system tests' own harness: a lab is ended whatever happens to the run. A small program in the place of
`muster` writes down what it is asked."""

import argparse
import contextlib
import io
import json
import os
import pathlib
import signal
import stat
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock as mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# The path above must be set first.
from harness.beside import Beside, Run, Time  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.report import Failed, Report  # noqa: E402
import matrix  # noqa: E402
import places  # noqa: E402
import run  # noqa: E402

# It knows of a lab as long as the file "lab" is there, and of a saved state as long as "state" is; "stuck" keeps a
# lab from ending.
MUSTER = """#!{python}
import pathlib, sys
here = pathlib.Path(__file__).parent
verb = sys.argv[2]
with open(here / "asked", "a") as asked:
    print(verb, file=asked)
lab = here / "lab"
state = here / "state"
if verb == "up":
    if "--from" in sys.argv and not state.exists():
        sys.exit("muster: there is no saved state")
    lab.touch()
    print("it comes up", file=sys.stderr)
elif verb == "states":
    print('{{"states": %s}}' % ('[{{"name": "test"}}]' if state.exists() else "[]"))
elif verb == "forget":
    state.unlink()
elif not lab.exists():
    sys.exit("muster: there is no lab in 'here'")
elif verb == "status":
    print('{{"machines": []}}')
elif verb == "save":
    lab.rename(state)
elif verb == "down":
    if (here / "stuck").exists():
        sys.exit("muster: something of it does not end")
    lab.unlink()
"""


class Nobody(io.StringIO):
    """An output that nobody reads."""

    def write(self, text):
        raise BrokenPipeError


class FakeLab(unittest.TestCase):
    """A lab of the small program above."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)
        program = self.place / "muster"
        program.write_text(MUSTER.format(python=sys.executable), encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.report = Report()
        self.lab = Lab(program, "a.iso", "test", self.report)
        self.said = io.StringIO()

    def is_up(self):
        return (self.place / "lab").exists()

    def asked(self):
        return (self.place / "asked").read_text(encoding="utf-8").split()

    def quietly(self):
        return contextlib.redirect_stdout(self.said)


class LabEnds(FakeLab):
    def test_after_its_scenarios(self):
        with self.quietly(), self.lab:
            self.lab.up(nodes=0)
            self.assertTrue(self.is_up())
        self.assertFalse(self.is_up())
        self.assertEqual(self.report.failed, 0)

    def test_after_an_interrupt(self):
        with self.quietly(), self.assertRaises(KeyboardInterrupt), self.lab:
            self.lab.up(nodes=0)
            raise KeyboardInterrupt
        self.assertFalse(self.is_up())

    def test_when_nobody_reads_what_is_printed(self):
        with self.assertRaises(BrokenPipeError), contextlib.redirect_stdout(Nobody()), self.lab:
            self.lab.up(nodes=0)
        self.assertFalse(self.is_up())

    def test_when_its_consoles_cannot_be_shown(self):
        with self.quietly(), self.assertRaises(json.JSONDecodeError), self.lab:
            self.lab.up(nodes=0)
            program = self.place / "muster"
            program.write_text(program.read_text(encoding="utf-8").replace('{"machines": []}', "nothing"),
                               encoding="utf-8")
            raise Failed("a scenario")
        self.assertFalse(self.is_up())

    def test_one_that_a_killed_run_left_is_ended_before(self):
        (self.place / "lab").touch()
        with self.quietly(), self.lab:
            self.lab.up(nodes=0)
            self.assertEqual(self.asked(), ["down", "up"])

    def test_one_that_does_not_end_is_a_failure(self):
        (self.place / "stuck").touch()
        with self.quietly(), self.lab:
            self.lab.up(nodes=0)
            self.lab.show_consoles()
        self.assertEqual(self.report.failed, 1)
        self.assertIn("does not end", self.said.getvalue())


class ScenariosBegin(FakeLab):
    """Several scenarios of one lab, each as if it were the first."""

    def run_group(self, scenarios, nodes=1):
        group = places.Group("test", {"nodes": nodes}, scenarios, seconds=1)
        arguments = argparse.Namespace(muster=self.place / "muster", iso=self.place / "a.iso")
        with self.quietly(), mock.patch.object(places, "Lab", lambda *_: self.lab):
            group.run(list(scenarios), arguments, self.report)

    def test_where_the_lab_was_saved(self):
        marks = []

        def scenario(lab, _product):
            marks.append((self.place / "changed").exists())
            (self.place / "changed").touch()
            lab.power("off", "head")

        (self.place / "muster").write_text((self.place / "muster").read_text(encoding="utf-8").replace(
            "    lab.touch()\n", "    lab.touch()\n    (here / 'changed').unlink(missing_ok=True)\n"), encoding="utf-8")
        self.run_group({"one": scenario, "two": scenario})
        self.assertEqual(marks, [False, False])
        self.assertEqual(self.asked().count("up"), 3, "the boot, and each scenario")
        self.assertEqual((self.report.passed, self.report.failed), (3, 0))
        self.assertFalse(self.is_up())
        self.assertFalse((self.place / "state").exists(), "what was saved is removed")

    def test_in_the_lab_itself_where_there_is_one_only(self):
        self.run_group({"one": lambda lab, product: None})
        self.assertEqual(self.asked().count("up"), 1)
        self.assertNotIn("save", self.asked())

    def test_once_more_when_one_failed(self):
        tries = []

        def now_and_then(_lab, _product):
            tries.append(1)
            if len(tries) == 1:
                raise Failed("not this time")

        def always(_lab, _product):
            raise Failed("never")

        self.run_group({"now_and_then": now_and_then, "always": always})
        self.assertEqual(self.report.failed, 2, "one that fails now and then is a defect as well")
        self.assertIn("test/now_and_then passes when it is repeated from the same state", self.said.getvalue())
        self.assertIn("test/always fails again: never", self.said.getvalue())

    def test_though_a_killed_run_left_a_state(self):
        (self.place / "state").touch()
        self.run_group({"one": lambda lab, product: None, "two": lambda lab, product: None})
        self.assertEqual(self.report.failed, 0)
        self.assertIn("forget", self.asked())


# A run in the place of one of the system tests': what is done before its last line comes in its place.
RUN = """
import pathlib, signal, sys, time
name, place = sys.argv[1], pathlib.Path(sys.argv[2])
signal.signal(signal.SIGHUP, signal.default_int_handler)
def wait_for(*names):
    end = time.monotonic() + 20
    while not all((place / each).exists() for each in names):
        if time.monotonic() > end:
            sys.exit(f"{{name}} waited in vain")
        time.sleep(0.01)
(place / name).touch()
{body}
print("2 passed, 0 failed, 1 skipped")
"""


class AllGroups(unittest.TestCase):
    def test_each_says_how_long_it_takes(self):
        self.assertEqual([group.name for group in matrix.groups() if group.seconds <= 0], [],
                         "or a run with a limit begins what it cannot end")
        for group in matrix.groups():
            unknown = set(getattr(group, "longer", {})) - set(group.scenarios)
            self.assertEqual(unknown, set(), group.name)


class Shards(unittest.TestCase):
    def test_together_run_everything_once(self):
        parts = [(group.name, part) for group in matrix.groups() for part in group.split(list(group.scenarios))]
        for count in (1, 2, 3, 100):
            shards = [run.part_of(parts, run.shard(f"{index}/{count}")) for index in range(1, count + 1)]
            self.assertEqual(sorted(part for shard in shards for part in shard), sorted(parts))


class BesideEachOther(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)
        self.said = []

    def run_of(self, name, body="", memory=4, processors=1):
        return Run(name, [sys.executable, "-c", RUN.format(body=body), name, str(self.place)], memory, processors)

    def beside(self, *runs, processors=2, memory=10):
        return Beside(runs, processors, memory, say=lambda line, flush: self.said.append(line))

    def test_as_many_as_there_are_processors_for(self):
        beside = self.beside(self.run_of("one", "wait_for('two')"), self.run_of("two", "wait_for('one')"),
                             self.run_of("three"))
        beside.finish()
        self.assertEqual(beside.counts, [6, 0, 3])
        self.assertEqual(self.said, [])

    def test_none_for_which_there_is_no_memory(self):
        alone = "time.sleep(0.2); assert [path.name for path in place.iterdir()] == [name]; (place / name).unlink()"
        beside = self.beside(self.run_of("one", alone, memory=6), self.run_of("two", alone, memory=6),
                             self.run_of("large", alone, memory=99), processors=3)
        beside.finish()
        self.assertEqual(beside.counts, [6, 0, 3])

    def test_none_for_which_there_is_no_processor(self):
        alone = "time.sleep(0.2); assert [path.name for path in place.iterdir()] == [name]; (place / name).unlink()"
        beside = self.beside(self.run_of("one", alone, processors=2), self.run_of("two", alone, processors=9),
                             self.run_of("three", alone, processors=2))
        beside.finish()
        self.assertEqual(beside.counts, [6, 0, 3])

    def test_one_that_fits_goes_before_one_that_does_not(self):
        beside = self.beside(self.run_of("large", "wait_for('small')", processors=1.5),
                             self.run_of("larger", "wait_for('large')", processors=1.5),
                             self.run_of("small", "wait_for('large')", processors=0.5))
        beside.finish()
        self.assertEqual(beside.counts, [6, 0, 3])

    def test_one_that_ends_without_its_last_line_is_a_failure(self):
        beside = self.beside(self.run_of("one", "sys.exit(3)"), self.run_of("two", "print('FAILED two: x')"))
        beside.finish()
        self.assertEqual(beside.counts, [2, 1, 1])
        self.assertIn("FAILED one: it ended with 3 and told of no failure", "\n".join(self.said))
        self.assertIn("       two FAILED two: x", self.said)

    def test_one_that_cannot_be_started_is_a_failure_and_keeps_no_other(self):
        beside = self.beside(Run("one", ["/nowhere"], 4, 1), Run("two", ["/nowhere"], 4, 1), self.run_of("three"),
                             memory=0)
        beside.finish()
        self.assertEqual(beside.counts, [2, 2, 1])
        self.assertIn("FAILED one: FileNotFoundError", "\n".join(self.said))

    def test_none_for_which_the_time_is_too_short_on_this_machine(self):
        now = [0.0]
        allowed = Time(100, clock=lambda: now[0])
        began = allowed.now()
        tests = {"long": 60, "short": 20}
        runs = {name: self.run_of(name)._replace(tests=(f"{name}/a", f"{name}/b"), seconds=seconds)
                for name, seconds in tests.items()}
        self.assertIsNone(allowed.lacks(runs["long"]))
        now[0] = 40.0
        allowed.ended(runs["short"], began)  # twice what it takes elsewhere, as all that ended together
        self.assertIsNone(allowed.lacks(runs["short"]))
        beside = Beside(list(runs.values()), 2, 10, say=lambda line, flush: self.said.append(line), allowed=allowed)
        beside.finish()
        self.assertEqual(beside.counts, [2, 0, 3])
        self.assertEqual(self.said, [f"      long SKIPPED long/{test}: no time is left: it takes 2.0 minutes here, "
                                     "and 1.0 are left" for test in "ab"])

    def test_an_interrupt_ends_those_that_run_and_starts_no_other(self):
        body = """
try:
    (place / (name + "-runs")).touch()
    time.sleep(20)
except KeyboardInterrupt:
    (place / (name + "-ended")).touch()
    raise
"""
        beside = self.beside(self.run_of("one", body), self.run_of("two", body), self.run_of("three", body))

        def interrupt():
            end = time.monotonic() + 20
            while not all((self.place / f"{name}-runs").exists() for name in ("one", "two")):
                if time.monotonic() > end:
                    break
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)

        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        threading.Thread(target=interrupt).start()
        with self.assertRaises(KeyboardInterrupt):
            beside.finish()
        ended = {path.name for path in self.place.iterdir()}
        self.assertEqual(ended, {"one", "one-runs", "one-ended", "two", "two-runs", "two-ended"})


if __name__ == "__main__":
    unittest.main()
