#!/usr/bin/env python3
"""The build root: buildroot/ensure, which makes it, and buildroot/enter, which runs a command in it."""

import os
import pathlib
import shutil
import time
import unittest

from scratch import SOURCE, Scratch


# As much of the command line as buildroot/enter asks: words that begin with '@' are paths, and the program
# shows those that are there and writes the others.
PROGRAM = """#!/bin/bash
if [ "$1" = paths ]; then
    shift 2
    for word in "$@"; do [ "${word#@}" = "$word" ] || printf 'file\\0%s\\0' "${word#@}"; done
    exit
fi
for word in "$@"; do
    word=${word#@}
    if [ -e "$word" ]; then cat "$word"; else echo written >"$word"; fi
done
"""


# In the place of mmdebstrap: a root with the packages that the file "archive" names; none when it is not there.
MMDEBSTRAP = """#!/bin/bash
set -e
root=${{@: -2:1}}
mkdir -p "$root/etc/apt/sources.list.d" "$root/etc/apt/apt.conf.d"
cp {place}/archive "$root/packages"
echo made >>{place}/calls
"""
# In the place of df: there is always room.
DF = """#!/bin/bash
echo 99999999
"""
# In the place of chroot: what dpkg-query would say in it.
CHROOT = """#!/bin/bash
exec cat "$1/packages"
"""


@unittest.skipUnless(os.geteuid() == 0, "root is needed for mounts")
class Ensure(Scratch):
    """buildroot/ensure with stand-ins for the programs that make a root."""

    def setUp(self):
        super().setUp()
        for name in ("project/buildroot", "cache", "bin"):
            (self.place / name).mkdir(parents=True)
        shutil.copy(SOURCE / "buildroot/ensure", self.place / "project/buildroot/ensure")
        self.write("project/buildroot/packages.list", "gcc # the compiler\n")
        self.write("project/buildroot/host-apt",
                   '#!/bin/bash\nmkdir -p "$1"; touch "$1/sources.list" "$1/apt.conf" "$1/auth.conf"\n')
        self.write("bin/mmdebstrap", MMDEBSTRAP.format(place=self.place))
        self.write("bin/chroot", CHROOT)
        self.write("bin/df", DF)
        self.write("archive", "gcc=1\n")

    def ensure(self):
        """Runs it; the finished process."""
        script = ("for name in mmdebstrap chroot df; do mount --bind $0/bin/$name \"$(command -v $name)\"; done && "
                  "exec $0/project/buildroot/ensure")
        return self.run_in("unshare", "--mount", "sh", "-c", script, str(self.place),
                           MUSTER_CACHE=str(self.place / "cache"))

    def root(self):
        """The root that it names."""
        done = self.ensure()
        self.assertEqual(done.returncode, 0, done.stderr)
        return pathlib.Path(done.stdout.strip())

    def made(self):
        """How often a root was made."""
        calls = self.place / "calls"
        return len(calls.read_text(encoding="utf-8").splitlines()) if calls.exists() else 0

    def age(self, root, days):
        """As if it had been made so many days ago."""
        then = time.time() - days * 86400
        os.utime(f"{root}.made", (then, then))

    def test_a_root_is_made_once(self):
        first = self.root()
        self.assertTrue(first.is_dir())
        self.assertEqual(self.root(), first)
        self.age(first, 13)
        self.assertEqual((self.root(), self.made()), (first, 1))

    def test_an_old_one_is_made_anew_and_named_by_what_is_in_it(self):
        first = self.root()
        self.age(first, 15)
        self.assertEqual(self.root(), first, "nothing changed, and nothing is compiled again")
        self.assertEqual((self.root(), self.made()), (first, 2))
        self.age(first, 15)
        self.write("archive", "gcc=2\n")
        second = self.root()
        self.assertNotEqual(second, first)
        self.assertEqual((self.root(), self.made()), (second, 3))
        self.assertTrue(first.is_dir(), "another checkout may be at work in it")

    def test_an_old_one_is_used_where_no_other_can_be_made(self):
        first = self.root()
        self.age(first, 15)
        (self.place / "archive").unlink()
        done = self.ensure()
        self.assertEqual((done.returncode, done.stdout), (0, f"{first}\n"), done.stderr)
        self.assertIn("tried again tomorrow", done.stderr)
        self.assertNotIn("making", self.ensure().stderr, "it is not tried at each call")

    def test_none_is_a_failure(self):
        (self.place / "archive").unlink()
        done = self.ensure()
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertIn("making the build root failed", done.stderr)

    def test_what_an_interrupted_call_left_is_removed(self):
        left = self.place / "cache/buildroot-0123.partial"
        left.mkdir()
        self.root()
        self.assertFalse(left.exists())


@unittest.skipUnless(os.geteuid() == 0, "root is needed for mounts")
class Enter(Scratch):
    """buildroot/enter with a root that is this machine's own system, seen through an overlay."""

    def setUp(self):
        super().setUp()
        (self.place / "project/buildroot").mkdir(parents=True)
        for name in ("root", "upper", "work", "cache", "elsewhere"):
            (self.place / name).mkdir()
        self.write("project/buildroot/enter", (SOURCE / "buildroot/enter").read_text(encoding="utf-8"))
        self.write("project/buildroot/ensure", f"#!/bin/bash\necho {self.place}/root\n")
        self.write("project/buildroot/host-apt",
                   '#!/bin/bash\nmkdir -p "$1/trusted.gpg.d"; touch "$1/sources.list" "$1/apt.conf" "$1/auth.conf"\n')
        self.write("project/muster", PROGRAM)
        self.write("elsewhere/a.yaml", "of this machine\n")

    def enter(self, *words, cwd="project"):
        """Runs the stand-in for the command line."""
        overlay = f"lowerdir=/,upperdir={self.place}/upper,workdir={self.place}/work"
        script = (f"mount -t overlay -o {overlay} overlay {self.place}/root && cd {self.place}/{cwd} && "
                  f"exec {self.place}/project/buildroot/enter --paths {self.place}/project/muster \"$@\"")
        return self.run_in("unshare", "--mount", "sh", "-c", script, "sh", *words,
                           MUSTER_CACHE=str(self.place / "cache"))

    def test_a_path_elsewhere_is_read_and_written_there(self):
        done = self.enter(f"@{self.place}/elsewhere/a.yaml", f"@{self.place}/elsewhere/b.iso")
        self.assertEqual((done.returncode, done.stdout), (0, "of this machine\n"), done.stderr)
        self.assertEqual((self.place / "elsewhere/b.iso").read_text(encoding="utf-8"), "written\n")

    def test_a_path_that_climbs_and_one_that_leads_elsewhere_are_read(self):
        (self.place / "project/link.yaml").symlink_to(self.place / "elsewhere/a.yaml")
        for word in ("@../elsewhere/a.yaml", "@link.yaml"):
            done = self.enter(word)
            self.assertEqual((done.returncode, done.stdout), (0, "of this machine\n"), done.stderr)

    def test_a_path_that_would_be_lost_is_refused(self):
        for path, why in (("/usr/x.iso", "a directory '/usr' of its own"), ("/nowhere/x.iso", "no directory '/nowhere'"),
                          ("/x.iso", "a directory '/' of its own")):
            done = self.enter(f"@{path}")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(why, done.stderr)
            self.assertFalse((self.place / f"upper{path}").exists())

    def test_a_word_that_is_no_path_is_left_alone(self):
        done = self.enter("/etc/hostname")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_from_the_top_directory_the_root_is_still_the_build_roots(self):
        self.write("upper/only-inside", "of the root\n")
        done = self.enter("/only-inside", f"@{self.place}/elsewhere/a.yaml", cwd="../../..")
        self.assertEqual((done.returncode, done.stdout), (0, "of the root\nof this machine\n"), done.stderr)

    def test_a_program_that_does_not_say_its_paths_is_not_run(self):
        self.write("project/muster", "#!/bin/bash\nexit 7\n")
        done = self.enter("@a")
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not say which of its arguments are paths", done.stderr)


if __name__ == "__main__":
    unittest.main()
