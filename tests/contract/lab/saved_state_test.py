#!/usr/bin/env python3
"""Labs that are saved and started again, by the real QEMU and without a system: saved_state_test.py PROGRAM.
The head's disk has a few instructions that count on the serial line, eighteen times a second, so that whoever reads
its console sees whether it went on. Status 3: this machine cannot run a lab."""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

MUSTER = ""
MISSING = 3
SECONDS = 60

# In real mode: wait for the clock's interrupt, count, and send "A" to "P" to the first serial line.
COUNTER = bytes([0xFB,              # start: sti
                 0x31, 0xDB,        #        xor bx, bx
                 0xF4,              # again: hlt
                 0x43,              #        inc bx
                 0xBA, 0xF8, 0x03,  #        mov dx, 0x3f8
                 0x88, 0xD8,        #        mov al, bl
                 0x24, 0x0F,        #        and al, 15
                 0x04, 0x41,        #        add al, 'A'
                 0xEE,              #        out dx, al
                 0xEB, 0xF2])       #        jmp again
MEDIUM = COUNTER.ljust(510, b"\0") + b"\x55\xaa" + bytes(1 << 20)


class SavedStates(unittest.TestCase):
    """A cache of its own, in which all labs and states are."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(dir=os.environ.get("MUSTER_CACHE"))
        self.addCleanup(scratch.cleanup)
        self.cache = pathlib.Path(scratch.name)
        self.iso = self.cache / "count.img"
        self.iso.write_bytes(MEDIUM)
        self.addCleanup(self.end_all)

    def end_all(self):
        for lab in (self.cache / "lab").glob("*"):
            self.muster("down", "--name", lab.name)

    def muster(self, *words):
        return subprocess.run([MUSTER, "lab", *words], env={**os.environ, "MUSTER_CACHE": str(self.cache)},
                              capture_output=True, text=True, timeout=SECONDS, check=False)

    def check(self, *words):
        done = self.muster(*words)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stderr}")
        return done.stdout

    def refuse(self, *words):
        """What a command says that must fail."""
        done = self.muster(*words)
        self.assertIn(done.returncode, (1, 2), f"{words}: {done.stdout}")
        self.assertRegex(done.stderr, "^muster: ")
        return done.stderr

    def up(self, name="first", *words):
        self.check("up", "--name", name, "--iso", str(self.iso), "--medium", "usb", "--nodes", "1", "--wait", "none",
                   "--memory", "256MiB", "--head-memory", "256MiB", "--node-disk", "16MiB", "--accelerator", "tcg",
                   *words)

    def counted(self, name, after=""):
        """What the head of a lab counted since it went on, at least eight letters."""
        console = self.cache / "lab" / name / "head" / "console.log"
        for _ in range(SECONDS * 20):
            words = console.read_text(encoding="ascii", errors="replace").split("\n")
            letters = words[-1].strip() if words else ""
            if len(letters) >= 8 and words[-2].endswith(after):
                return letters
            time.sleep(0.05)
        self.fail(f"the head of '{name}' does not count: {words[-3:]}")

    def saved_letter(self, state):
        """The last letter that a saved head had counted."""
        console = self.cache / "lab-states" / state / "head" / "console.log"
        return next(line for line in console.read_text(encoding="ascii").split("\n") if line and line[0] != "[")[-1]

    def save(self, state="two"):
        self.up()
        self.counted("first")
        return json.loads(self.check("save", "--name", "first", "--json", state))

    def machines(self, name):
        return {each["name"]: each for each in json.loads(self.check("status", "--name", name, "--json"))["machines"]}

    def processes(self):
        """Those that work in the cache or were told of it."""
        place, found = str(self.cache), []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().decode(errors="replace")
                if os.readlink(process / "cwd").startswith(place) or place in words:
                    found.append(f"{process.name}: {words}")
            except OSError:
                continue  # it ended
        return found

    def test_a_lab_that_is_down_leaves_nothing(self):
        self.up()
        self.assertNotEqual(self.processes(), [])
        said = json.loads(self.check("cable", "--name", "first", "--json", "pull", "n1"))
        self.assertEqual(said, {"machine": "n1", "cable": "pull"})
        self.check("down", "--name", "first")
        self.assertEqual(self.processes(), [])
        self.assertEqual(list((self.cache / "lab").glob("*")), [])

    def test_any_number_of_labs_go_on_from_one_state(self):
        self.up()
        before = self.machines("first")
        self.counted("first")
        self.assertEqual(json.loads(self.check("save", "--name", "first", "--json", "two"))["running"], ["head", "n1"])
        self.assertFalse((self.cache / "lab/first").exists())
        following = chr((ord(self.saved_letter("two")) - ord("A") + 1) % 16 + ord("A"))
        for name in ("second", "third"):
            self.check("up", "--from", "two", "--name", name)
            self.assertEqual(self.counted(name, "goes on as it was saved")[0], following)
        for name in ("second", "third"):
            now = self.machines(name)
            for machine in ("head", "n1"):
                for what in ("mac", "uuid", "serial"):
                    self.assertEqual(now[machine][what], before[machine][what])
                self.assertEqual(now[machine]["power"], "on")

    def test_a_lab_of_a_state_is_a_lab_like_others(self):
        self.save()
        self.check("up", "--from", "two", "--name", "second")
        self.check("power", "--name", "second", "off", "head")
        self.check("power", "--name", "second", "on", "head")
        self.assertEqual(self.counted("second", "power on")[0], "B", "it was switched on anew")
        self.assertEqual(self.check("add", "--name", "second"), "n2\n")
        machines = self.machines("second")
        self.assertEqual(machines["n2"]["mac"][:14], machines["n1"]["mac"][:14], "one family")
        self.check("save", "--name", "second", "three")
        self.check("up", "--from", "three", "--name", "third")
        self.assertEqual(set(self.machines("third")), {"head", "n1", "n2"})

    def clock_of(self, name):
        """What the clock of a lab's head says that goes on while a machine is off."""
        said = json.loads(self.check("monitor", "--name", name, "head", "qom-get",
                                     '{"path": "/machine", "property": "rtc-time"}'))
        return datetime.datetime(1900 + said["tm_year"], 1 + said["tm_mon"], said["tm_mday"], said["tm_hour"],
                                 said["tm_min"], said["tm_sec"])

    def test_a_lab_lives_in_the_past_of_its_state(self):
        self.save()
        days = datetime.timedelta(days=400)
        record = self.cache / "lab-states/two/state.json"
        state = json.loads(record.read_text(encoding="utf-8"))
        state["saved_ms"] -= int(days.total_seconds() * 1000)
        record.write_text(json.dumps(state), encoding="utf-8")
        self.check("up", "--from", "two", "--name", "second")
        self.check("save", "--name", "second", "three")
        self.check("up", "--from", "three", "--name", "third")
        self.check("power", "--name", "third", "off", "head")
        self.check("power", "--name", "third", "on", "head")
        then = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - days
        self.assertLess(abs(self.clock_of("third") - then), datetime.timedelta(minutes=1))

    def test_a_machine_that_is_off_stays_off(self):
        self.up()
        self.check("power", "--name", "first", "off", "n1")
        self.check("save", "--name", "first", "two")
        self.check("up", "--from", "two", "--name", "second")
        machines = self.machines("second")
        self.assertEqual((machines["head"]["power"], machines["n1"]["power"]), ("on", "off"))

    def test_states_are_listed_and_forgotten(self):
        self.save()
        listed = json.loads(self.check("states", "--json"))["states"]
        self.assertEqual([(each["name"], each["lab"]) for each in listed], [("two", "first")])
        self.check("up", "--from", "two", "--name", "second")
        self.assertIn("lab 'second' was started from 'two'", self.refuse("forget", "two"))
        self.check("down", "--name", "second")
        self.check("forget", "two")
        self.assertEqual(list((self.cache / "lab-states").iterdir()), [])
        self.assertIn("there is no saved state 'two'", self.refuse("forget", "two"))
        self.assertIn("there is no saved state 'two'", self.refuse("up", "--from", "two", "--name", "second"))

    def test_a_name_is_no_path_and_nothing_is_replaced(self):
        self.save()
        self.up("second")
        self.assertIn("there is a saved state 'two' already", self.refuse("save", "--name", "second", "two"))
        for name in ("../two", "a/b", "", "-x"):
            self.refuse("save", "--name", "second", "--", name)
            self.refuse("forget", "--", name)
        self.assertEqual(self.machines("second")["head"]["power"], "on")
        self.assertEqual([place.name for place in (self.cache / "lab-states").iterdir()], ["two"])

    def test_a_lab_that_cannot_be_saved_goes_on(self):
        self.up()
        self.counted("first")
        (self.cache / "lab-states").mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", self.cache / "lab-states"], check=True)
        try:
            self.refuse("save", "--name", "first", "two")
            self.assertEqual(list((self.cache / "lab-states").iterdir()), [])
        finally:
            subprocess.run(["umount", self.cache / "lab-states"], check=True)
        self.counted("first", "goes on as it was saved")
        self.check("save", "--name", "first", "two")

    def test_a_lab_whose_own_disk_is_full_goes_on(self):
        (self.cache / "lab").mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M", "tmpfs", self.cache / "lab"], check=True)
        try:
            self.up()
            self.counted("first")
            self.fill(self.cache / "lab/filler")
            self.assertIn("cannot be saved", self.refuse("save", "--name", "first", "two"))
            (self.cache / "lab/filler").unlink()
            self.assertEqual(list((self.cache / "lab/first").glob("*/memory")), [], "half of it would fill the disk")
            before = self.machines("first")["head"]
            self.assertEqual(before["power"], "on")
            self.check("save", "--name", "first", "two")
        finally:
            self.end_all()
            subprocess.run(["umount", self.cache / "lab"], check=True)
        self.assertEqual([place.name for place in (self.cache / "lab-states").iterdir()], ["two"])

    @staticmethod
    def fill(file):
        with open(file, "wb", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                return

    def test_the_state_of_another_emulator_is_refused(self):
        self.save()
        record = self.cache / "lab-states/two/state.json"
        state = json.loads(record.read_text(encoding="utf-8"))
        record.write_text(json.dumps({**state, "emulator": "QEMU emulator version 1.0"}), encoding="utf-8")
        said = self.refuse("up", "--from", "two", "--name", "second")
        self.assertIn("'QEMU emulator version 1.0' saved the state 'two'", said)
        self.assertIn("muster lab forget two", said)

    def test_damage_is_told(self):
        self.save()
        memory = self.cache / "lab-states/two/n1/memory"
        memory.write_bytes(memory.read_bytes()[:100_000])
        whole = (self.cache / "lab-states/two/head/memory").read_bytes()
        self.assertIn("machine 'n1'", self.refuse("up", "--from", "two", "--name", "second"))
        self.check("power", "--name", "second", "on", "n1")
        self.check("save", "--name", "second", "three")
        self.assertEqual((self.cache / "lab-states/two/head/memory").read_bytes(), whole, "a state is never written")
        self.check("up", "--from", "three", "--name", "second")
        self.check("down", "--name", "second")
        for content in ("{", "{}", '{"schema": 99}'):
            (self.cache / "lab-states/two/state.json").write_text(content, encoding="utf-8")
            self.assertIn("saved state 'two'", self.refuse("up", "--from", "two", "--name", "second"))

    def test_every_card_is_one_that_the_emulator_has(self):
        for card in ("virtio", "e1000e", "igb", "rtl8139", "vmxnet3"):
            self.up(card, "--card", card)
            self.assertEqual({each["power"] for each in self.machines(card).values()}, {"on"}, card)
            self.check("down", "--name", card)

    def test_a_state_says_what_its_machines_are(self):
        self.save()
        self.assertIn("--iso", self.refuse("up", "--from", "two", "--iso", str(self.iso)))
        self.assertIn("--memory", self.refuse("up", "--from", "two", "--memory", "1GiB"))
        self.assertIn("--from", self.refuse("up"))


def main():
    global MUSTER
    MUSTER = os.path.abspath(sys.argv.pop(1))
    for place in ("/dev/net/tun", "/usr/bin/qemu-system-x86_64"):
        if os.geteuid() != 0 or not os.path.exists(place):
            print(f"skipped: a lab needs root and '{place}'", file=sys.stderr)
            return MISSING
    return unittest.main()


if __name__ == "__main__":
    sys.exit(main())
