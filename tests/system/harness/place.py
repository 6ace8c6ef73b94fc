"""What scenarios do in a lab, whichever kind it is of."""

import pathlib
import subprocess

from harness.report import Failed

# Of a command that could not be run at all.
EXEC_FAILED = 125
CONSOLE_LINES = 60
# Of scenarios that failed.
CONSOLES = pathlib.Path("build/consoles")


class Place:
    """Machines on a wire. A kind of place says how a command is run in a machine (`_exec`)."""

    def __init__(self, name, report):
        self._name = name
        self._report = report
        self._on_the_wire = []

    def _exec(self, machine, argv, timeout, stdin, wait):
        raise NotImplementedError

    def exec(self, machine, *argv, timeout=300, stdin=None, wait=0):
        """Runs a command in a machine; the finished process with its output."""
        try:
            return self._exec(machine, argv, timeout, stdin, wait)
        except subprocess.TimeoutExpired:
            raise Failed(f"{machine}: '{' '.join(argv)}' did not end in {timeout} s") from None

    def check(self, machine, *argv, timeout=300, stdin=None, wait=0):
        """As exec, and the command must succeed; its output."""
        result = self.exec(machine, *argv, timeout=timeout, stdin=stdin, wait=wait)
        if result.returncode != 0:
            said = (result.stderr or result.stdout).strip()[-2000:]
            raise Failed(f"{machine}: '{' '.join(argv)}' ended with {result.returncode}: {said}")
        return result.stdout

    def check_on_wire(self, *argv):
        """As run_on_wire, and the command must succeed."""
        done = self.run_on_wire(*argv)
        if done.returncode != 0:
            raise Failed(f"on the wire: '{' '.join(argv)}' ended with {done.returncode}: {done.stderr.strip()[-2000:]}")

    def _start(self, argv):
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self._on_the_wire.append(process)
        return process

    def stop_on_wire(self, process):
        """Ends what start_on_wire started."""
        process.terminate()
        process.wait(timeout=30)
        self._on_the_wire.remove(process)

    def _show_console(self, machine, text):
        """Prints the end of a console, and keeps it where no later lab of this name removes it."""
        CONSOLES.mkdir(parents=True, exist_ok=True)
        number = len(list(CONSOLES.glob(f"{self._name}-{machine}-*.log"))) + 1
        file = CONSOLES / f"{self._name}-{machine}-{number}.log"
        file.write_text(text, encoding="utf-8", errors="replace")
        self._report.line(f"--- console of {machine}: {file}")
        for line in [line for line in text.splitlines() if line.strip()][-CONSOLE_LINES:]:
            print("    " + line, flush=True)
