"""A machine with an apt of its own, whose archives a proxy on the loopback interface plays.

apt's own programs ask them; no other address is reached. A test is started with the source's directory."""

import base64
import http.server
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
# A public key, and what `release` says, signed with it; the secret key is nowhere any more.
SIGNED = SOURCE / "tests/contract/tools/signed"


def release(origin="Debian", components="main contrib non-free-firmware"):
    return f"Origin: {origin}\nCodename: trixie\nComponents: {components}\n"


class Archives(http.server.ThreadingHTTPServer):
    """Plays every archive: files by address, those of which are asked for, and who must show a password."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Proxy)
        self.files = {}
        self.asked = []
        # Whose programs asked.
        self.users = set()
        self.login = None

    def offer(self, uri, *suites, text=release()):
        for suite in suites:
            self.files[f"{uri}dists/{suite}/InRelease"] = text


def user_of(port):
    """Whose process has the connection from a port of the loopback interface (proc_net_tcp.rst of Linux)."""
    end = f"0100007F:{port:04X}"
    for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines():
        words = line.split()
        if words[1] == end:
            return pwd.getpwuid(int(words[7])).pw_name
    return None


class Proxy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.users.add(user_of(self.client_address[1]))
        expected = self.server.login and "Basic " + base64.b64encode(self.server.login.encode()).decode()
        text = self.server.files.get(self.path)
        status = 404 if text is None else 200
        if expected and self.headers.get("Authorization") != expected:
            status = 401
        body = (text or "").encode() if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


class HostAptCase(unittest.TestCase):
    DEBIAN = ["deb http://m.example/debian trixie main",
              "deb http://m.example/debian trixie-updates main",
              "deb http://s.example/debian-security trixie-security main"]

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)
        self.place.chmod(0o755)
        self.source = SOURCE
        self.archives = Archives()
        thread = threading.Thread(target=self.archives.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(self.archives.server_close)
        self.addCleanup(self.archives.shutdown)
        self.archives.offer("http://m.example/debian/", "trixie", "trixie-updates")
        self.archives.offer("http://s.example/debian-security/", "trixie-security")
        self.proxy = f"http://127.0.0.1:{self.archives.server_port}"
        self.configure(f'Acquire::http::Proxy "{self.proxy}";')

    def make_debian(self):
        """The program under test takes the keys of `signed` for Debian's: their file."""
        keyring = SIGNED / "debian.gpg"
        self.source = self.place / "source"
        shutil.copytree(SOURCE / "buildroot", self.source / "buildroot")
        program = self.source / "buildroot/host-apt"
        text = program.read_text(encoding="utf-8")
        program.write_text(re.sub("(?m)^keyring=.*$", f"keyring={keyring}", text), encoding="utf-8")
        return keyring

    def write(self, name, text):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def configure(self, *settings):
        """The settings of the machine's apt, which looks for its files in a folder of this test."""
        (self.place / "etc/apt.conf.d").mkdir(parents=True, exist_ok=True)
        self.write("apt.conf", "\n".join([f'Dir::Etc "{self.place}/etc";', 'Acquire::Retries "0";', *settings, ""]))

    def one_line(self, *lines):
        self.write("etc/sources.list", "".join(line + "\n" for line in lines))

    def read(self, name):
        return (self.place / "out" / name).read_text(encoding="utf-8")

    def sources(self):
        return self.read("sources.list").splitlines()

    def settings(self):
        """Those that apt was told; some others have a value of apt's own."""
        return [line for line in self.read("apt.conf").splitlines() if "Repositories \"0\"" not in line]

    def run_it(self, expected=0, **environment):
        done = subprocess.run(
            [self.source / "buildroot/host-apt", self.place / "out", "/run/host-apt"], capture_output=True, text=True,
            check=False, env={"PATH": os.environ["PATH"], "APT_CONFIG": str(self.place / "apt.conf"),
                              "MUSTER_CACHE": str(self.place / "cache"), **environment})
        self.assertEqual(done.returncode, expected, done.stderr)
        self.said = done.stderr
        return done
