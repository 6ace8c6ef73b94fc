"""One virtual cluster under test, driven by `muster lab` as a person would drive it."""

import json
import signal
import subprocess

from harness.place import Place
from harness.report import Failed


class Lab(Place):
    """A lab of one name. Use as a context: it is down afterwards, whatever happened; one that does not end is
    a failure of its own."""

    def __init__(self, muster, iso, name, report):
        super().__init__(name, report)
        self._muster = str(muster)
        self._iso = str(iso)
        self._keep = False
        self._saved = False

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        # Printing fails when nobody reads any more, and anything may be interrupted.
        try:
            self._leave_wire()
            if kind is not None:
                self.show_consoles()
        finally:
            self._end()
        return False

    def _end(self):
        # A lab that is being taken down is; whoever interrupts has what they want in a moment.
        before = {number: signal.signal(number, signal.SIG_IGN)
                  for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            try:
                self._down(*(["--keep"] if self._keep else []))
            finally:
                if self._saved:
                    self._forget()
        except (Failed, subprocess.TimeoutExpired) as reason:
            self._report.fail(f"{self._name}/down", reason)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _leave_wire(self):
        for process in list(self._on_the_wire):
            self.stop_on_wire(process)

    def save(self):
        """Saves the lab as it is, and ends it. A state that a killed run left under this name is removed first."""
        self._forget()
        self._saved = True
        self._checked("save", self._name, timeout=600)

    def go_back(self):
        """The lab is as it was saved, whatever became of it since."""
        self._leave_wire()
        self._down()
        self._checked("up", "--from", self._name, timeout=900)

    def _forget(self):
        states = json.loads(self._run(["states", "--json"], timeout=60).stdout)["states"]
        if any(state["name"] == self._name for state in states):
            done = self._run(["forget", self._name], timeout=120)
            if done.returncode != 0:
                raise Failed(f"lab forget {self._name}: {done.stderr.strip()}")
        self._saved = False

    def _down(self, *words):
        """Ends the lab when there is one; there is none when `up` itself failed early."""
        done = self._lab("down", *words, timeout=120)
        if done.returncode != 0 and "there is no lab" not in done.stderr:
            raise Failed(f"lab down: {done.stderr.strip()}")

    def _words(self, verb, *words):
        return [self._muster, "lab", verb, "--name", self._name, *words]

    def _lab(self, verb, *words, timeout, stdin=None):
        return self._run(self._words(verb, *words)[2:], timeout=timeout, stdin=stdin)

    def _run(self, words, timeout, stdin=None):
        return subprocess.run([self._muster, "lab", *words], input=stdin, timeout=timeout, text=True,
                              capture_output=True, errors="replace", check=False)

    def _checked(self, verb, *words, timeout=120):
        try:
            result = self._lab(verb, *words, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"lab {verb} {' '.join(words)}: not within {timeout} s") from None
        if result.returncode != 0:
            raise Failed(f"lab {verb} {' '.join(words)}: {result.stderr.strip()}")
        return result.stdout

    def up(self, nodes, firmware="bios", medium="cdrom", wait="nodes", head_disk="0",
           site=False, card="virtio", node_boot="pxe", timeout=900):
        """Starts the lab and waits; each machine has `timeout` seconds. A lab that a killed run left under
        this name is ended first."""
        self._down()
        words = self._words("up", "--iso", self._iso, "--nodes", str(nodes), "--firmware", firmware,
                            "--medium", medium, "--wait", wait, "--head-disk", head_disk,
                            "--card", card, "--node-boot", node_boot, "--timeout", str(timeout),
                            *(["--site"] if site else []))
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              errors="replace") as process:
            said = []
            try:
                for line in process.stderr:
                    self._report.line(line.rstrip())
                    said.append(line.strip())
            except BaseException:  # it is not waited for any longer; what it started is taken down
                process.terminate()
                raise
        if process.returncode != 0:
            errors = [line for line in said if line.startswith("muster: ")]
            raise Failed((errors or said or ["it ended without a word"])[-1])

    def machines(self):
        """The machines as `lab status --json` lists them, by name."""
        status = json.loads(self._checked("status", "--json"))
        return {machine["name"]: machine for machine in status["machines"]}

    def _exec(self, machine, argv, timeout, stdin, wait):
        words = (["--stdin"] if stdin is not None else []) + ["--wait", str(wait)]
        return self._lab("exec", *words, machine, "--", *argv, timeout=timeout + wait, stdin=stdin)

    def power(self, what, machine):
        """on, off (as a power cut) or reset."""
        self._checked("power", what, machine)

    def cable(self, what, machine):
        """plug or pull the network cable."""
        self._checked("cable", what, machine)

    def console(self, machine):
        """All that a machine wrote on its serial console."""
        return self._checked("console", machine)

    def run_on_wire(self, *argv, timeout=60):
        """Runs a command of this machine on the lab's wire; the finished process."""
        return self._lab("run", "--", *argv, timeout=timeout)

    def start_on_wire(self, *argv):
        """Starts one that goes on until stop_on_wire or the end of the lab."""
        return self._start(self._words("run", "--", *argv))

    def show_consoles(self):
        """Prints the end of every console and keeps the files."""
        self._keep = True
        status = self._lab("status", "--json", timeout=60)
        if status.returncode != 0:
            return
        for machine in json.loads(status.stdout)["machines"]:
            self._show_console(machine["name"], self._lab("console", machine["name"], timeout=60).stdout)
