"""A real musterd in a directory of its own, without a network: its specification, a medium with one image,
and a helper that finds every plan done."""

import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import threading

SOURCE = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 120
MANIFEST = "medium/muster/image/compute/manifest.json"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def specification(policy):
    """The default one with a second profile and this policy of adoption."""
    spec = (SOURCE / "cluster.yaml").read_text(encoding="utf-8")
    for there, wanted in (("policy: open", f"policy: {policy}"),
                          ("\nvolumes:", "  - name: second\n    image: compute\n\nvolumes:")):
        assert spec.count(there) == 1, there
        spec = spec.replace(there, wanted)
    return spec


class Helper:
    """Answers each knock of the daemon at once: the plan is true. `before` is called first."""

    def __init__(self, path, before=lambda: None):
        self.before = before
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(16)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection):
        try:
            self.before()
            connection.sendall(b'{"succeeded": true, "steps": []}\n')
        except BrokenPipeError:
            # The daemon was killed meanwhile.
            return

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


class Musterd:
    """Owns: the process, and the helper beside it. The state stays in `place` from start to start."""

    def __init__(self, program, place, policy="ask", environment=None, more=()):
        self.program = pathlib.Path(program).resolve()
        self.place = pathlib.Path(place)
        self.environment = {**os.environ, **(environment or {})}
        # Options beside those that it needs.
        self.more = list(more)
        self.process = None
        self.notify = None
        self.taker = None
        write(self.place / "cluster.yaml", specification(policy))
        file = {"file": "live/vmlinuz", "size": 1, "sha256": "0" * 64}
        write(self.place / "medium/live/vmlinuz", "x")
        write(self.place / MANIFEST, json.dumps({"name": "compute", "kernel": file, "initrd": file,
                                                 "layers": [file], "kernel_arguments": []}))
        write(self.place / "head.json", json.dumps({"interface": "eth0", "live": True, "kept": [],
                                                    "medium": f"{self.place}/medium", "volume_size": "50%"}))
        for name in ("state", "run"):
            (self.place / name).mkdir(exist_ok=True)
        self.helper = Helper(self.place / "helper.sock")

    @property
    def state(self):
        return self.place / "state"

    def socket(self, name):
        return self.place / "run" / f"{name}.sock"

    def forget(self):
        """A head of which nothing is known any more."""
        shutil.rmtree(self.state)
        self.state.mkdir()

    def start(self):
        """Starts it, and does not wait for it."""
        assert self.process is None
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = self.place / "notify"
        path.unlink(missing_ok=True)
        self.notify.bind(str(path))
        options = {"spec": "cluster.yaml", "facts": "head.json", "state": "state", "run": "run",
                   "report": "report.json", "helper": "helper.sock"}
        # A test that is killed takes it along: nobody else would end it.
        argv = ["setpriv", "--pdeathsig", "KILL", self.program]
        for name, file in options.items():
            argv += [f"--{name}", self.place / file]
        argv += self.more
        with open(self.place / "musterd.log", "ab") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**self.environment, "NOTIFY_SOCKET": str(path)})

    def wait_until_ready(self, seconds=START_SECONDS):
        """Whether it serves; False when the time is over before."""
        end = os.pidfd_open(self.process.pid)
        try:
            readable, _, _ = select.select([self.notify, end], [], [], seconds)
        finally:
            os.close(end)
        if self.notify in readable:
            assert self.notify.recv(4096) == b"READY=1"
            # The daemon waits for somebody to take its signs of life, which a full socket would end.
            self.taker = threading.Thread(target=self._take_signs, args=(self.notify,), daemon=True)
            self.taker.start()
            return True
        assert end not in readable, f"musterd ended with {self.process.wait()}: {self.log()}"
        return False

    @staticmethod
    def _take_signs(notify):
        while notify.recv(4096):
            pass

    def kill(self):
        """SIGKILL: nothing of it is put in order."""
        self._end(signal.SIGKILL)

    def stop(self):
        """Ends it as systemd does."""
        status = self._end(signal.SIGTERM)
        assert status == 0, f"musterd ended with {status}: {self.log()}"

    def _end(self, number):
        self.process.send_signal(number)
        status = self.process.wait(timeout=START_SECONDS)
        self.process = None
        self.notify.shutdown(socket.SHUT_RDWR)
        if self.taker is not None:
            self.taker.join()
            self.taker = None
        self.notify.close()
        return status

    def log(self):
        """The last of what it wrote."""
        return (self.place / "musterd.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()
        self.helper.close()
