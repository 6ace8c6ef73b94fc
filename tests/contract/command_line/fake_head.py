"""A head that is made up: directories of its own, a daemon that answers what a test wants, Slurm's programs."""

import http.server
import json
import os
import pathlib
import pty
import select
import socketserver
import subprocess
import termios
import threading

SOCKET = pathlib.Path("/run/musterd/api.sock")
SPECIFICATION = pathlib.Path("/etc/muster/cluster.yaml")
PROGRAMS = pathlib.Path("/usr/local/bin")


def hide_the_machine():
    """From now on /run, /etc and /usr/local/bin are this process's own."""
    os.unshare(os.CLONE_NEWNS)
    for argv in (["--make-rprivate", "/"], ["-t", "tmpfs", "tmpfs", "/run"],
                 ["-t", "tmpfs", "tmpfs", str(PROGRAMS)]):
        subprocess.run(["mount", *argv], check=True)
    for name in ("upper", "work"):
        pathlib.Path(f"/run/{name}").mkdir()
    subprocess.run(["mount", "-t", "overlay", "-o", "lowerdir=/etc,upperdir=/run/upper,workdir=/run/work", "overlay",
                    "/etc"], check=True)


def add_program(name, text):
    """A program that stands before the machine's own."""
    place = PROGRAMS / name
    place.write_text("#!/bin/sh\n" + text, encoding="utf-8")
    place.chmod(0o755)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers what the server was told to, or what the function gives that it was told, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size).decode()
        self.server.asked.append((self.command, self.path, json.loads(body) if body else None))
        page = self.path.partition("?")[0]
        answer = self.server.answers.get((self.command, page), self.server.otherwise)
        status, said = answer() if callable(answer) else answer
        data = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        # Who has the whole answer may be gone.
        if data:
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def address_string(self):
        return "a Unix socket"

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self):
        SOCKET.parent.mkdir(exist_ok=True)
        super().__init__(str(SOCKET), Handler)
        self.answers = {}
        self.otherwise = (404, {"detail": "no such page", "hint": ""})
        self.asked = []


class FakeHead:
    """The daemon while it runs. Use with `with`."""

    def __init__(self, answers=None, otherwise=None):
        self.server = Server()
        self.server.answers = answers or {}
        if otherwise is not None:
            self.server.otherwise = otherwise

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        SOCKET.unlink()

    @property
    def asked(self):
        return self.server.asked

    def changes(self):
        """What it was asked to change."""
        return [request for request in self.asked if request[0] != "GET"]


def run_on_terminal(argv, answer="", size=(24, 80), **environment):
    """Runs a program on a terminal of so many lines and columns, types `answer`. Its status and all that the
    terminal showed."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, size)
    attributes = termios.tcgetattr(theirs)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                          env={**os.environ, "TERM": "xterm", **environment}) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        shown = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # The other side is closed.
                break
        status = process.wait(30)
    os.close(ours)
    return status, shown.decode(errors="replace").replace("\r\n", "\n")
