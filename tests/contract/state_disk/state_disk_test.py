#!/usr/bin/env python3
"""What the head's initrd does with state disks: state_disk_test.py SOURCE

Runs in a mount namespace of its own. The disks are ext4 images on loop devices; the script itself decides which it
takes, by the blkid and mount of this machine."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
SCRIPT = (SOURCE / "packaging/layers/include/base/etc/initramfs-tools/scripts/live-bottom/muster-state")
OURS = "muster-state 1\n/var/lib/muster\n/home\n/srv/data\n"


def run(*argv, **options):
    return subprocess.run([str(word) for word in argv], check=True, capture_output=True, text=True, **options)


class StateDisks(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)
        self.root = self.place / "root"
        self.root.mkdir()
        # What the script leaves below /run is seen by nobody else.
        run("mount", "-t", "tmpfs", "tmpfs", "/run")
        self.addCleanup(run, "umount", "--recursive", "--lazy", "/run")
        self.addCleanup(self.unmount_root)

    def unmount_root(self):
        for line in reversed(pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()):
            if line.split()[4].startswith(f"{self.root}/"):
                run("umount", line.split()[4])

    def disk(self, name, label="muster-state", listed=OURS, files=()):
        """A disk with a file system; the name of its device."""
        image, content = self.place / f"{name}.img", self.place / name
        for path in files:
            (content / path).parent.mkdir(parents=True, exist_ok=True)
            (content / path).write_text(name, encoding="utf-8")
        content.mkdir(exist_ok=True)
        if listed is not None:
            (content / "muster-state.list").write_text(listed, encoding="utf-8")
        with open(image, "wb") as file:
            file.truncate(8 << 20)
        run("mkfs.ext4", "-q", "-F", "-L", label, "-d", content, image)
        device = run("losetup", "--find", "--show", image).stdout.strip()
        self.addCleanup(run, "losetup", "--detach", device)
        return device

    def start(self, words="boot=live"):
        """Runs the script as initramfs-tools does, with these words on the kernel's command line; what it said."""
        line = self.place / "cmdline"
        line.write_text(words + "\n", encoding="utf-8")
        run("mount", "--bind", line, "/proc/cmdline")
        self.addCleanup(run, "umount", "/proc/cmdline")
        log = self.place / "log"
        log.write_text("", encoding="utf-8")
        path = self.programs()
        run("sh", SCRIPT, env={"PATH": f"{path}:{os.environ['PATH']}", "rootmnt": str(self.root), "MUSTER_LOG": str(log)})
        return log.read_text(encoding="utf-8")

    def programs(self):
        """udevadm has no daemon here to ask: it finds what is there."""
        directory = self.place / "bin"
        directory.mkdir(exist_ok=True)
        (directory / "udevadm").write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
        (directory / "udevadm").chmod(0o755)
        return directory

    def test_the_menus_entry_without_a_state_disk_takes_none(self):
        self.disk("one", files=("home/ada/notes",))
        self.start("boot=live muster.state=no quiet")
        self.assertFalse((self.root / "home").exists())
        self.assertEqual(self.trouble(), "")

    def trouble(self):
        place = pathlib.Path("/run/muster-state-trouble")
        return place.read_text(encoding="utf-8") if place.exists() else ""

    def test_a_disk_of_ours_is_bound_where_its_list_says(self):
        self.disk("one", files=("home/ada/notes", "var/lib/muster/state.db", "srv/data/results"))
        self.start()
        self.assertEqual((self.root / "home/ada/notes").read_text(encoding="utf-8"), "one")
        self.assertEqual((self.root / "var/lib/muster/state.db").read_text(encoding="utf-8"), "one")
        self.assertEqual((self.root / "srv/data/results").read_text(encoding="utf-8"), "one")
        self.assertEqual(self.trouble(), "")

    def test_a_head_without_a_disk_starts(self):
        self.assertEqual(self.start(), "")
        self.assertEqual(self.trouble(), "")

    def test_the_usual_label_of_live_sticks_is_none_of_ours(self):
        self.disk("stick", label="persistence", listed="/ union\n", files=("home/evil", "persistence.conf"))
        self.start()
        self.assertEqual(list(self.root.iterdir()), [])

    def test_a_disk_without_our_mark_is_not_used_beside_one_that_has_it(self):
        self.disk("one", files=("home/ada/notes",))
        foreign = self.disk("foreign", listed="/home\n", files=("home/evil",))
        unmarked = self.disk("unmarked", listed=None, files=("home/evil",))
        said = self.start()
        self.assertEqual(os.listdir(self.root / "home"), ["ada"])
        self.assertIn(f"{foreign} has the label 'muster-state' and was not made by 'muster head keep'", said)
        self.assertIn(unmarked, said)
        self.assertEqual(self.trouble(), "")

    def test_two_disks_are_told_and_never_mixed(self):
        names = [pathlib.Path(self.disk(name, files=(f"home/{name}",))).name for name in ("one", "two")]
        self.start()
        self.assertEqual(list(self.root.iterdir()), [])
        self.assertIn("there are several state disks:", self.trouble())
        for name in names:
            self.assertIn(name, self.trouble())
            self.assertFalse(os.path.ismount(f"/run/muster-state/{name}"))

    def test_a_damaged_disk_is_told_and_the_head_does_not_start_without_it(self):
        device = self.disk("one", files=("home/ada/notes",))
        # The label is in the superblock's first copy, and so is what the journal needs.
        run("debugfs", "-w", "-R", "set_super_value feature_incompat 0xffffff", device)
        self.start()
        self.assertIn(f"the state disk {device} cannot be mounted", self.trouble())
        self.assertEqual(list(self.root.iterdir()), [])

    def test_a_list_hides_nothing_of_the_system(self):
        bad = ["/", "/etc", "/usr/bin", "/var/lib/dpkg", "/run", "/home/../etc", "//etc", "/lib64", "relative", ""]
        self.disk("one", listed="\n".join(["muster-state 1", *bad, "/home", ""]),
                  files=("home/ada/notes", "etc/passwd", "usr/bin/sh", "lib64/x"))
        self.start()
        self.assertEqual(os.listdir(self.root), ["home"])
        self.assertEqual(self.trouble(), "")

    def test_a_list_of_another_version_is_not_ours(self):
        self.disk("later", listed="muster-state 2\n/home\n", files=("home/ada/notes",))
        self.assertIn("was not made by", self.start())
        self.assertEqual(list(self.root.iterdir()), [])


def missing():
    """Why this cannot be run here; empty when it can."""
    if os.geteuid() != 0:
        return "root is needed for loop devices"
    try:
        run("losetup", "--find")
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no loop devices: {error}"
    return ""


if __name__ == "__main__":
    why = missing()
    if why:
        print(f"skipped: {why}")
        sys.exit(3)
    unittest.main()
