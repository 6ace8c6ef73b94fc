"""Pretend machines on one wire, made by machines.py of the room beside this one: ways into them. They
live in namespaces that end with one process, so nothing of them outlives the test."""

import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time

MACHINES = pathlib.Path(__file__).resolve().parent.parent / "hpc" / "machines.py"
START_SECONDS = 60
TURN_SECONDS = 0.05


def until(condition, what, seconds=20):
    """Asks again and again what has no event to wait for; the first true answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(TURN_SECONDS)
    raise AssertionError(f"not within {seconds} s: {what}")


class Machine:
    """One machine: its processes, network and files."""

    def __init__(self, name, pid):
        self.name = name
        self.pid = pid

    def path(self, path):
        """A file of the machine as this process reaches it."""
        return pathlib.Path(f"/proc/{self.pid}/root/{path.lstrip('/')}")

    def write(self, path, content, mode=0o644):
        """Writes a file of the machine, with the directories above it. Returns its path in there."""
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        place.chmod(mode)
        return path

    def inside(self, *argv):
        """The command line that runs `argv` in the machine."""
        return ["nsenter", "--target", str(self.pid), "--net", "--uts", "--mount", "--pid", "--root",
                "--wd", "--", *argv]

    def run(self, *argv, stdin=b"", seconds=30):
        """Runs a program in the machine; what it said and its status."""
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        return subprocess.run(self.inside(*argv), input=data, capture_output=True, timeout=seconds,
                              check=False)

    def check(self, *argv, stdin=b"", seconds=30):
        """The output of a program that must succeed."""
        done = self.run(*argv, stdin=stdin, seconds=seconds)
        if done.returncode != 0:
            raise AssertionError(f"{argv} on {self.name} ended with {done.returncode}: "
                                 f"{(done.stdout + done.stderr).decode(errors='replace')}")
        return done.stdout.decode()

    def mac(self):
        return self.path("/sys/class/net/eth0/address").read_text(encoding="utf-8").strip()


class Wire:
    """Machines by name. `specs` maps a name to an address with prefix. Use with `with`."""

    def __init__(self, specs):
        self.specs = specs
        self.machines = {}
        self.process = None
        self.directory = None

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="muster-wire")
        ours, theirs = os.pipe()
        try:
            self.process = self._start(theirs)
            os.close(theirs)
            self._read_machines(ours)
        except BaseException:
            self.__exit__()
            raise
        finally:
            os.close(ours)
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.directory.cleanup()

    def __getitem__(self, name):
        return self.machines[name]

    def _start(self, report):
        # A test that is killed takes the machines with it: their maker dies with its parent.
        argv = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--",
                "bash", "-c", f'exec 3>&{report} "$@"', "bash", sys.executable, str(MACHINES),
                self.directory.name, *(f"{name}={address}" for name, address in self.specs.items())]
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, pass_fds=[report])

    def _read_machines(self, report):
        end = time.monotonic() + START_SECONDS
        text = ""
        while not text.endswith("ready\n"):
            readable, _, _ = select.select([report], [], [], max(0, end - time.monotonic()))
            piece = os.read(report, 4096).decode() if readable else ""
            if not piece:
                raise AssertionError(f"the machines did not come up; so far: {text!r}")
            text += piece
        for line in text.splitlines()[:-1]:
            name, pid = line.split()
            self.machines[name] = Machine(name, int(pid))
