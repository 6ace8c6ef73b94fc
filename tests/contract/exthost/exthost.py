"""A host of an extension that was installed, for tests: their arguments are MUSTER EXTHOST PACKAGES."""

import hashlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

MUSTER, EXTHOST, PACKAGES = sys.argv[1:4]

SPECIFICATION = """\
schema: 1
name: motd
version: 1.0.0
api: 1
type: tool
language: {language}
summary: A test
maintainer: Ada Lovelace <ada@example.org>
license: MIT
hooks: [configure]
"""

INPUT = {"extension": {"name": "motd", "version": "1.0.0", "directory": "/there", "data": "/data"},
         "cluster": {"name": "lab", "head": {"hostname": "head", "address": "10.42.0.1"},
                     "profiles": [{"name": "default"}, {"name": "gpu"}]},
         "settings": {"greeting": "Hello", "loud": True, "times": 3}}

# An interpreter that ends with its process frees nothing.
LEAKS = "detect_leaks=0"
# What a person would call at once; a busy machine takes longer.
PATIENCE = 60


class Host:
    """A host of an extension that was installed, and its socket."""

    def __init__(self, files, language="python"):
        self.scratch = tempfile.TemporaryDirectory()
        self.place = pathlib.Path(self.scratch.name)
        self.errors = ""
        self.install(files, language)
        self.socket = self.place / "s"
        self.process = subprocess.Popen([EXTHOST, "motd", "--store", self.place / "store", "--socket", self.socket,
                                         "--packages", PACKAGES], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, env=os.environ | {"ASAN_OPTIONS": LEAKS})
        self.asked = 0

    def install(self, files, language):
        """As 'muster ext install' leaves it."""
        project = self.place / "project"
        for path, content in files.items():
            file = project / "content" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
            if path.startswith("hooks/"):
                file.chmod(0o755)
        (project / "extension.yaml").write_text(SPECIFICATION.format(language=language), encoding="utf-8")
        subprocess.run([MUSTER, "ext", "pack", project, "-o", self.place], check=True, stdout=subprocess.DEVNULL)
        text = (self.place / "motd-1.0.0.yaml").read_bytes()
        digest = hashlib.sha256(text).hexdigest()
        directory = self.place / "store/motd" / f"1.0.0-{digest[:8]}-5"
        directory.mkdir(parents=True)
        (directory / "specification.yaml").write_bytes(text)
        self.content = directory / "content"
        (project / "content").rename(self.content)
        grant = {"schema": 1, "name": "motd", "version": "1.0.0", "specification": digest, "rights": [], "signer": "",
                 "at_ms": 5}
        (self.place / "store/motd/grant.json").write_text(json.dumps(grant), encoding="utf-8")

    def ask(self, timeout_ms=60_000, told=None, hook="configure", calls=None):
        """The answer of a hook. None: the host ended. `calls`: what the head returns when the hook calls it."""
        self.asked += 1
        told = told or INPUT
        # A host answers for its own version only.
        told = told | {"extension": told["extension"] | {"directory": str(self.content)}}
        question = {"id": self.asked, "hook": hook, "timeout_ms": timeout_ms, "input": told}
        with socket.socket(socket.AF_UNIX) as line:
            self.connect(line)
            line.settimeout(PATIENCE)
            try:
                line.sendall(json.dumps(question).encode() + b"\n")
                with line.makefile("rb") as lines:
                    text = lines.readline()
                    while calls is not None and b'"call"' in text:
                        called = json.loads(text)
                        returned = calls(called["call"], called["arguments"])
                        line.sendall(json.dumps({"id": called["id"], **returned}).encode() + b"\n")
                        text = lines.readline()
            except (ConnectionResetError, BrokenPipeError):
                text = b""
        if not text:
            return None
        answer = json.loads(text)
        assert answer.pop("id") == self.asked
        return answer

    def connect(self, line):
        """Waits until the host listens."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return line.connect(str(self.socket))
            except (FileNotFoundError, ConnectionRefusedError):
                if self.process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def close(self):
        self.process.kill()
        self.errors = self.process.communicate()[1]
        self.scratch.cleanup()
        assert "AddressSanitizer" not in self.errors, self.errors


class HostTest(unittest.TestCase):
    def host(self, files, language="python"):
        host = Host(files if isinstance(files, dict) else {"extension.py": files}, language)
        self.addCleanup(host.close)
        return host
