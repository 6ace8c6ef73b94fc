#!/usr/bin/env python3
"""The programs of tools/ and the Makefile: tools_test.py SOURCE"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()

# Tests that end in every way that ctest knows.
CTEST = """
add_test(passes "true")
add_test(fails "sh" "-c" "echo first; echo it is broken; exit 1")
add_test(google "sh" "-c" "echo /a/b_test.cpp:12: Failure; echo Expected equality; echo more; exit 1")
add_test(lacks "sh" "-c" "echo skipped: root is needed; exit 3")
set_tests_properties(lacks PROPERTIES SKIP_RETURN_CODE 3)
add_test(google_lacks "sh" "-c" "echo /a/b_test.cpp:12: Skipped; echo no slurmd here; echo [  SKIPPED ]")
set_tests_properties(google_lacks PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED")
add_test(slow "sleep" "60")
set_tests_properties(slow PROPERTIES TIMEOUT 1)
add_test(absent "/no/such/program")
add_test(off "true")
set_tests_properties(off PROPERTIES DISABLED TRUE)
"""


class Scratch(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)

    def run_in(self, *argv, **environment):
        return subprocess.run([str(word) for word in argv], cwd=self.place, capture_output=True, text=True,
                              check=False, env={**os.environ, **environment})


class CtestReport(Scratch):
    def report(self, tests):
        (self.place / "CTestTestfile.cmake").write_text(tests, encoding="utf-8")
        self.run_in("ctest", "--output-junit", "report.xml")
        return self.run_in(SOURCE / "tools/ctest_report.py", "report.xml")

    def test_gives_a_reason_for_every_test_that_did_not_pass(self):
        done = self.report(CTEST)
        lines = done.stdout.splitlines()
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAILED fails: Failed: it is broken", lines)
        self.assertIn("FAILED google: b_test.cpp:12: Expected equality", lines)
        self.assertIn("FAILED slow: Timeout", lines)
        self.assertIn("FAILED absent: Unable to find executable: /no/such/program", lines)
        self.assertIn("SKIPPED lacks: root is needed", lines)
        self.assertIn("SKIPPED google_lacks: no slurmd here", lines)
        self.assertIn("SKIPPED off: disabled where it is defined", lines)
        self.assertEqual(lines[-1], "1 passed, 4 failed, 3 skipped")

    def test_is_content_when_nothing_failed(self):
        done = self.report('add_test(passes "true")')
        self.assertEqual((done.returncode, done.stdout), (0, "1 passed, 0 failed, 0 skipped\n"))

    def test_no_report_is_no_success(self):
        done = self.run_in(SOURCE / "tools/ctest_report.py", "report.xml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("'report.xml'", done.stderr)


class BuildDirectory(Scratch):
    """A build directory belongs to the root and the presets that it was made with."""

    def setUp(self):
        super().setUp()
        for name in ["tools/build", "tools/renew"]:
            (self.place / name).parent.mkdir(exist_ok=True)
            shutil.copy(SOURCE / name, self.place / name)
        self.write("CMakePresets.json", "{}")
        (self.place / "bin").mkdir()
        self.write("bin/cmake", '#!/bin/sh\n[ "$1" = --build ] || touch build/dev/build.ninja\n')
        (self.place / "bin/cmake").chmod(0o755)
        self.build()
        self.write("build/dev/a.o", "of the first build")

    def write(self, name, text):
        (self.place / name).write_text(text, encoding="utf-8")

    def build(self, root="first"):
        done = self.run_in("tools/build", "dev", MUSTER_ROOT=root,
                           PATH=f"{self.place / 'bin'}:{os.environ['PATH']}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.place / "build/dev/build.ninja").exists())

    def is_kept(self):
        return (self.place / "build/dev/a.o").exists()

    def test_is_kept_by_the_next_build(self):
        self.build()
        self.assertTrue(self.is_kept())

    def test_is_emptied_for_another_root(self):
        self.build(root="second")
        self.assertFalse(self.is_kept())

    def test_is_emptied_for_other_presets(self):
        self.write("CMakePresets.json", '{"version": 6}')
        self.build()
        self.assertFalse(self.is_kept())

    def test_of_a_version_that_wrote_no_stamp_is_emptied(self):
        (self.place / "build/dev/made-by").unlink()
        self.build()
        self.assertFalse(self.is_kept())


class Makefile(unittest.TestCase):
    def commands(self, *words):
        return subprocess.run(["make", "--dry-run", "--no-print-directory", *words], cwd=SOURCE, check=True,
                              capture_output=True, text=True).stdout

    def test_a_lab_makes_the_iso_that_it_boots(self):
        self.assertIn("muster iso build site.yaml", self.commands("lab", "SPEC=site.yaml"))

    def test_a_lab_of_a_named_iso_makes_the_programs_only(self):
        said = self.commands("lab", "ISO=other.iso")
        self.assertNotIn("iso build", said)
        self.assertIn("tools/packages", said)
        self.assertIn("--iso other.iso", said)


if __name__ == "__main__":
    unittest.main()
