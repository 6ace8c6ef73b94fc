#!/usr/bin/env python3
"""Completion in zsh and fish themselves: shells_test.py PROGRAM SOURCE. Status 3: a shell is missing. (bash is in
completion_test.cpp.)"""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

MUSTER = SOURCE = ""
SECONDS = 30


class Shell(unittest.TestCase):
    """A directory of its own with a program 'muster', which is the cache, too."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)
        (self.place / "bin").mkdir()
        (self.place / "bin/muster").symlink_to(MUSTER)
        (self.place / "work").mkdir()
        self.environment = {"PATH": f"{self.place}/bin:{os.environ['PATH']}", "HOME": scratch.name,
                            "MUSTER_CACHE": scratch.name, "TERM": "dumb", "LC_ALL": "C.UTF-8"}

    def write(self, *names):
        for name in names:
            (self.place / "work" / name).write_text("", encoding="utf-8")

    def make_lab(self, name):
        (self.place / "lab" / name).mkdir(parents=True)

    def assert_nothing_ran(self):
        self.assertFalse(any(self.place.rglob("pwned")))


class Fish(Shell):
    def completed(self, words):
        """What fish offers behind 'muster '."""
        script = f"source {SOURCE}/packaging/completion/muster.fish; complete -C $argv[1]"
        done = subprocess.run(["fish", "--no-config", "-c", script, f"muster {words}"], cwd=self.place / "work",
                              env=self.environment, capture_output=True, text=True, check=True, timeout=SECONDS)
        self.assertEqual(done.stderr, "")
        return [line.partition("\t")[0] for line in done.stdout.splitlines()]

    def test_nouns_verbs_options_and_their_values(self):
        self.assertEqual(self.completed("no"), ["node"])
        self.assertEqual(self.completed("node l"), ["list"])
        self.assertEqual(self.completed("lab up --fi"), ["--firmware"])
        self.assertEqual(self.completed("lab up --firmware "), ["bios", "secureboot", "uefi"])
        self.assertEqual(self.completed("lab up --firmware=u"), ["--firmware=uefi"])
        self.assertEqual(self.completed("help node ad"), ["adopt"])

    def test_files_and_directories(self):
        self.write("a.yaml", "b.iso")
        (self.place / "work/d").mkdir()
        self.assertEqual(self.completed("spec check "), ["a.yaml", "b.iso", "d/"])
        self.assertEqual(self.completed("iso build --output=b"), ["--output=b.iso"])
        self.assertEqual(self.completed("iso build --cache "), ["d/"])

    def test_a_name_is_never_a_command(self):
        for name in ("$(touch pwned)", "(touch pwned)", "a;touch pwned"):
            self.make_lab(name)
        self.assertEqual(len(self.completed("lab status --name ")), 3)
        self.assert_nothing_ran()


class Zsh(Shell):
    """zsh completes on a terminal only."""

    def setUp(self):
        super().setUp()
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs,
                                        cwd=self.place / "work", env=self.environment, start_new_session=True)
        os.close(theirs)
        self.addCleanup(self.end)
        # What is printed is told from what is typed by a word that stands in no other place.
        self.type(f"PS1='' PS2='' ; unsetopt zle_bracketed_paste; fpath=({SOURCE}/packaging/completion $fpath)\r"
                  "autoload -Uz compinit; compinit -u -D; print -r re''ady\r")
        self.wait_for("ready")

    def end(self):
        os.close(self.ours)
        self.process.kill()
        self.process.wait(SECONDS)

    def type(self, keys):
        os.write(self.ours, keys.encode())

    def wait_for(self, mark):
        """All that the terminal shows up to a line that is `mark`."""
        shown = ""
        end = time.monotonic() + SECONDS
        while f"\n{mark}" not in shown.replace("\r", ""):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.ours], [], [], left)[0]:
                raise AssertionError(f"no '{mark}' in {shown!r}")
            shown += os.read(self.ours, 65536).decode(errors="replace")
        return shown.replace("\r", "")

    def completed(self, words):
        """The words that the shell has after TAB behind 'muster WORDS', without that program."""
        # A function before the program's name prints what the line became.
        self.type(f"muster {words}\t\x01show \x05\r")
        self.type("print -r en''d\r")
        shown = self.wait_for("end")
        return [line[1:-1] for line in shown.splitlines() if line.startswith("<") and line.endswith(">")]

    def show(self):
        self.type("show() { print -rl -- '' \"<${(@)^argv[2,-1]}>\" }; print -r sho''wn\r")
        self.wait_for("shown")

    def test_nouns_verbs_options_and_their_values(self):
        self.show()
        self.assertEqual(self.completed("no"), ["node"])
        self.assertEqual(self.completed("node l"), ["node", "list"])
        self.assertEqual(self.completed("lab up --fi"), ["lab", "up", "--firmware"])
        self.assertEqual(self.completed("lab up --firmware u"), ["lab", "up", "--firmware", "uefi"])
        self.assertEqual(self.completed("lab up --firmware=u"), ["lab", "up", "--firmware=uefi"])
        self.assertEqual(self.completed("help node ad"), ["help", "node", "adopt"])

    def test_files_and_directories(self):
        self.show()
        self.write("a b.yaml", "b.iso")
        (self.place / "work/d").mkdir()
        self.assertEqual(self.completed("spec check a"), ["spec", "check", "a b.yaml"])
        self.assertEqual(self.completed("iso build --output=b"), ["iso", "build", "--output=b.iso"])
        self.assertEqual(self.completed("iso build --cache "), ["iso", "build", "--cache", "d"])

    def test_a_name_is_never_a_command(self):
        self.show()
        self.make_lab("x$(touch pwned)`touch pwned`;touch pwned")
        self.assertEqual(self.completed("lab status --name x"),
                         ["lab", "status", "--name", "x$(touch pwned)`touch pwned`;touch pwned"])
        self.assert_nothing_ran()


def main():
    global MUSTER, SOURCE
    MUSTER, SOURCE = (str(pathlib.Path(word).resolve()) for word in (sys.argv.pop(1), sys.argv.pop(1)))
    for shell in ("zsh", "fish"):
        if shutil.which(shell) is None:
            print(f"skipped: {shell} is not installed")
            return 3
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
