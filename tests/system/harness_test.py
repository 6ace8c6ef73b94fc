#!/usr/bin/env python3
"""The system tests' own harness: a lab is ended whatever happens to the run. A small program in the place of
`muster` writes down what it is asked."""

import contextlib
import io
import json
import pathlib
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# The path above must be set first.
from harness.lab import Lab  # noqa: E402
from harness.report import Failed, Report  # noqa: E402

# It knows of a lab as long as the file "lab" is there; "stuck" keeps a lab from ending.
MUSTER = """#!{python}
import pathlib, sys
here = pathlib.Path(__file__).parent
verb = sys.argv[2]
with open(here / "asked", "a") as asked:
    print(verb, file=asked)
lab = here / "lab"
if verb == "up":
    lab.touch()
    print("it comes up", file=sys.stderr)
elif not lab.exists():
    sys.exit("there is no lab")
elif verb == "status":
    print('{{"machines": []}}')
elif verb == "down":
    if (here / "stuck").exists():
        sys.exit("muster: something of it does not end")
    lab.unlink()
"""


class Nobody(io.StringIO):
    """An output that nobody reads."""

    def write(self, text):
        raise BrokenPipeError


class LabEnds(unittest.TestCase):
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
            self.assertEqual(self.asked(), ["status", "down", "up"])

    def test_one_that_does_not_end_is_a_failure(self):
        (self.place / "stuck").touch()
        with self.quietly(), self.lab:
            self.lab.up(nodes=0)
            self.lab.show_consoles()
        self.assertEqual(self.report.failed, 1)
        self.assertIn("does not end", self.said.getvalue())


if __name__ == "__main__":
    unittest.main()
