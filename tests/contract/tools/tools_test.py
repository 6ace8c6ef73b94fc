#!/usr/bin/env python3
"""The programs of tools/ and the Makefile: tools_test.py SOURCE"""

import os
import re
import shutil
import subprocess
import unittest

from scratch import SOURCE, Scratch

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


class Count(Scratch):
    """What a run makes of the last line of its parts: nothing that went wrong is green."""

    def count(self, log, status=0, mode="all"):
        self.write("log", log)
        done = self.run_in("bash", "-euo", "pipefail", "-c",
                           f'mode={mode}; source "{SOURCE}/tools/count.bash"; count log {status} a program; '
                           'echo "$passed $failed $skipped"; printf "%s\\n" "${told[@]}"')
        self.assertEqual(done.returncode, 0, done.stderr)
        counts, *told = done.stdout.splitlines()
        return counts, [line for line in told if line]

    def test_adds_what_a_part_says(self):
        self.assertEqual(self.count("PASSED a\n3 passed, 0 failed, 0 skipped\n"), ("3 0 0", []))
        self.assertEqual(self.count("FAILED a: why\n3 passed, 1 failed, 0 skipped\n", 1), ("3 1 0", ["FAILED a: why"]))

    def test_a_part_without_a_count_has_failed(self):
        for log in ("", "all is well\n", "3 passed, 0 failed, 0 skipped\nwarning: late\n"):
            self.assertEqual(self.count(log), ("0 1 0", ["FAILED: no count of what passed: a program"]), log)

    def test_a_status_without_a_failure_is_one(self):
        counts, told = self.count("3 passed, 0 failed, 0 skipped\n", 1)
        self.assertEqual(counts, "3 1 0")
        self.assertIn("FAILED with status 1", told[0])

    def test_a_skip_is_a_failure_where_all_was_to_run(self):
        log = "SKIPPED a: no slurmd here\n2 passed, 0 failed, 1 skipped\n"
        self.assertEqual(self.count(log)[0], "2 1 1")
        self.assertEqual(self.count(log, mode="quick")[0], "2 0 1")

    def test_what_there_was_no_time_for_is_no_failure(self):
        log = "SKIPPED a: no time is left\n2 passed, 0 failed, 1 skipped\n"
        self.assertEqual(self.count(log)[0], "2 0 1")


class Version(Scratch):
    """Each commit is another version, and a later one is higher, as dpkg compares."""

    def setUp(self):
        super().setUp()
        (self.place / "tools").mkdir()
        shutil.copy(SOURCE / "tools/version", self.place / "tools/version")
        (self.place / "debian").mkdir()
        self.write("debian/changelog", "muster (1.2) trixie; urgency=medium\n")

    def git(self, *words, **environment):
        done = self.run_in("git", "-c", "user.name=a", "-c", "user.email=a@b", *words, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)

    def commit(self, second):
        self.write("file", f"{second}\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a", GIT_COMMITTER_DATE=f"2026-01-02T03:04:{second:02}Z")

    def version(self):
        done = self.run_in("tools/version")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def test_is_the_changelogs_without_git(self):
        self.assertEqual(self.version(), "1.2")

    def test_grows_with_each_commit(self):
        self.git("init", "--quiet")
        self.commit(5)
        first = self.version()
        self.assertRegex(first, r"^1\.2\+git20260102030405\.[0-9a-f]{10}$")
        self.commit(6)
        second = self.version()
        self.assertEqual(self.run_in("dpkg", "--compare-versions", second, "gt", first).returncode, 0, (first, second))
        self.write("file", "of nobody\n")
        self.assertEqual(self.version(), second + ".changed")


class Control(Scratch):
    def test_suggests_what_builds_an_iso(self):
        """The package says what 'muster iso build' starts; the program asks for the same."""
        control = (SOURCE / "debian/control").read_text(encoding="utf-8").split("Package: muster\n")[1]
        suggested = re.search(r"^Suggests: (.*)$", control, re.MULTILINE)[1].split(", ")
        source = (SOURCE / "iso/inputs.cpp").read_text(encoding="utf-8")
        needed = re.findall(r'"([\w-]+)"', source.split("kPackages = {")[1].split("}")[0])
        # What every Debian has, and libraries that come with the programs.
        missing = {name for name in needed if not name.startswith("lib")} - {"apt", "dpkg"} - set(suggested)
        self.assertEqual(missing, set())


class BuildDirectory(Scratch):
    """A build directory belongs to the root and the presets that it was made with."""

    def setUp(self):
        super().setUp()
        for name in ["tools/build", "tools/lock.bash", "tools/renew"]:
            (self.place / name).parent.mkdir(exist_ok=True)
            shutil.copy(SOURCE / name, self.place / name)
        self.write("CMakePresets.json", "{}")
        (self.place / "debian").mkdir()
        self.write("debian/rules", "binary:\n")
        (self.place / "bin").mkdir()
        self.write("bin/cmake", '#!/bin/sh\n[ "$1" = --build ] || touch build/dev/build.ninja\n')
        self.build()
        self.write("build/dev/a.o", "of the first build")

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

    def test_is_emptied_for_other_rules(self):
        self.write("debian/rules", "binary: # with other flags\n")
        self.build()
        self.assertFalse(self.is_kept())

    def test_of_a_version_that_wrote_no_stamp_is_emptied(self):
        (self.place / "build/dev/made-by").unlink()
        self.build()
        self.assertFalse(self.is_kept())


class OneAtATime(Scratch):
    """Two programs that write into one checkout."""

    def start(self, what, then="true"):
        """A program that takes the lock, says so, and goes on when it reads a line."""
        script = f'source {SOURCE}/tools/lock.bash; lock_checkout "{what}"; echo "has it"; read -r _; {then}'
        return subprocess.Popen(["bash", "-c", script], cwd=self.place, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def test_the_second_waits_and_says_for_whom(self):
        first = self.start("make test")
        self.assertEqual(first.stdout.readline(), "has it\n")
        second = self.start("make iso")
        self.assertEqual(second.stderr.readline(), f"waiting for process {first.pid}: make test\n")
        first.communicate("\n")
        self.assertEqual(second.stdout.readline(), "has it\n")
        second.communicate("\n")
        self.assertEqual((first.returncode, second.returncode), (0, 0))

    def test_what_the_first_starts_is_its_own_work(self):
        inner = f'bash -c \'source {SOURCE}/tools/lock.bash; lock_checkout inner; echo "and inside"\''
        said, _ = self.start("make test", inner).communicate("\n", timeout=30)
        self.assertEqual(said, "has it\nand inside\n")

    def test_another_checkout_is_not_held_by_the_first(self):
        other = f'mkdir other; cd other; exec bash -c \'source {SOURCE}/tools/lock.bash; lock_checkout x; cat build/.lock\''
        said, _ = self.start("make test", other).communicate("\n", timeout=30)
        self.assertRegex(said, "^has it\nprocess [0-9]+: x\n$")

    def test_one_that_was_killed_is_waited_for_no_longer(self):
        first = self.start("make test")
        self.assertEqual(first.stdout.readline(), "has it\n")
        first.kill()
        first.communicate()
        said, _ = self.start("make iso").communicate("\n", timeout=30)
        self.assertEqual(said, "has it\n")


class Makefile(Scratch):
    """What make runs, told by a stand-in for buildroot/enter: a line of words for each call."""

    def setUp(self):
        super().setUp()
        for name in ("Makefile", "tools/muster-from-host"):
            (self.place / name).parent.mkdir(exist_ok=True)
            shutil.copy(SOURCE / name, self.place / name)
        (self.place / "cluster.yaml").write_text("", encoding="utf-8")
        self.enter = self.place / "enter"
        self.enter.write_text('#!/bin/bash\nprintf "<%s>" "$@" >>calls; echo >>calls\n', encoding="utf-8")
        self.enter.chmod(0o755)

    def make(self, *words):
        done = self.run_in("make", "--no-print-directory", f"ENTER={self.enter}", *words)
        calls = self.place / "calls"
        return done, calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []

    def test_an_iso_is_made_of_the_file_that_is_named_wherever_it_is(self):
        elsewhere = self.place / "a b"
        elsewhere.mkdir()
        (elsewhere / "$(touch pwned)'.yaml").write_text("", encoding="utf-8")
        done, calls = self.make("iso", f"SPEC={elsewhere}/$$(touch pwned)'.yaml", f"ISO={elsewhere}/x.iso")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(calls, ["<tools/packages>",
                                 f"<--paths><build/release/apps/muster/muster><iso><build>"
                                 f"<{elsewhere}/$(touch pwned)'.yaml><-o><{elsewhere}/x.iso>"])
        self.assertFalse((self.place / "pwned").exists())

    def test_an_iso_leaves_a_command_line_that_needs_no_second_compilation(self):
        self.assertEqual(self.make("iso")[0].returncode, 0)
        self.assertTrue(os.access(self.place / "build/muster", os.X_OK))

    def test_what_is_not_there_is_told_before_anything_is_compiled(self):
        for words, missing in ((["SPEC=none.yaml"], "none.yaml"), (["ISO=none/x.iso"], "none/x.iso")):
            done, calls = self.make("iso", *words)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"'{missing}'", done.stderr)
            self.assertEqual(calls, [])

    def test_a_lab_makes_the_iso_that_it_boots(self):
        (self.place / "site.yaml").write_text("", encoding="utf-8")
        calls = self.make("lab", "SPEC=site.yaml")[1]
        self.assertIn("<iso><build><site.yaml>", calls[1])
        self.assertIn("<lab><up><--iso><build/muster-amd64.iso>", calls[2])

    def test_a_lab_of_a_named_iso_makes_the_programs_only(self):
        calls = self.make("lab", "ISO=other.iso", "NODES=3")[1]
        self.assertEqual(calls[0], "<tools/packages>")
        self.assertIn("<lab><up><--iso><other.iso><--nodes><3>", calls[1])


class FromHost(Scratch):
    """build/muster: the program that was compiled last."""

    def setUp(self):
        super().setUp()
        for name in ("build", "buildroot"):
            (self.place / name).mkdir()
        shutil.copy(SOURCE / "tools/muster-from-host", self.place / "build/muster")
        enter = self.place / "buildroot/enter"
        enter.write_text('#!/bin/bash\nprintf "<%s>" "$@"\n', encoding="utf-8")
        enter.chmod(0o755)

    def compile(self, preset, time):
        program = self.place / f"build/{preset}/apps/muster/muster"
        program.parent.mkdir(parents=True)
        program.write_text("", encoding="utf-8")
        program.chmod(0o755)
        os.utime(program, (time, time))
        return program

    def test_what_was_compiled_last_runs(self):
        release = self.compile("release", 1000)
        self.assertEqual(self.run_in("build/muster", "a b").stdout, f"<--paths><{release}><a b>")
        dev = self.compile("dev", 2000)
        self.assertEqual(self.run_in("build/muster").stdout, f"<--paths><{dev}>")
        os.utime(release, (3000, 3000))
        self.assertEqual(self.run_in("build/muster").stdout, f"<--paths><{release}>")

    def test_without_a_program_it_says_what_makes_one(self):
        done = self.run_in("build/muster")
        self.assertEqual(done.returncode, 3)
        self.assertIn("'make iso'", done.stderr)


if __name__ == "__main__":
    unittest.main()
