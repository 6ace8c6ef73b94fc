"""Machines that boot all at once, as far as the head has work with them: from their discovery to their
certificate, each with the reports that its image causes. Every client is a process: threads of Python would take turns,
and the figure would be theirs."""

import concurrent.futures
import http.client
import json
import socket
import subprocess
import time

AT_ONCE = 8
SOCKET = "/run/musterd/node.sock"


class HeadConnection(http.client.HTTPConnection):
    """A connection to the daemon's side of nginx."""

    def __init__(self):
        super().__init__("muster")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)


class Machine:
    """One machine's talk. nginx would set the address."""

    def __init__(self, connection, mac, address):
        self.connection = connection
        self.mac = mac
        self.address = address

    def call(self, page, body):
        self.connection.request("POST", f"/node/v1/{page}", json.dumps(body),
                                {"X-Muster-Address": self.address})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{page}: {answer.status} {text[:200]!r}")
        return json.loads(text)

    def boot(self, request):
        hardware = {"uuid": f"5a5a0000-0000-4000-8000-{self.mac.replace(':', '')}", "vendor": "Bench",
                    "product": "B1", "firmware": "uefi", "macs": [self.mac], "memory": 2 << 30}
        welcome = self.call("discover", {"hardware": hardware})
        for stage, progress in [("image", 0), ("image", 25), ("image", 50), ("image", 75),
                                ("image", 100), ("root", 100)]:
            self.call("stage", {"session": welcome["session"], "stage": stage, "progress": progress,
                                "failure": "", "console": []})
        self.call("enrol", {"token": welcome["token"], "request": request})


def certificate_request():
    """One key for all: making keys is the machines' work."""
    return subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                           "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=a"],
                          check=True, capture_output=True, text=True).stdout


def boot_rate(nodes):
    """Boots a second of these nodes, each with `mac` and `address`."""
    request = certificate_request()
    with concurrent.futures.ProcessPoolExecutor(AT_ONCE) as clients:
        # They are there before it counts.
        list(clients.map(abs, range(AT_ONCE)))
        start = time.monotonic()
        list(clients.map(boot_some, [nodes[first::AT_ONCE] for first in range(AT_ONCE)], [request] * AT_ONCE))
        return len(nodes) / (time.monotonic() - start)


def boot_some(nodes, request):
    """One client's nodes, one after the other."""
    connection = HeadConnection()
    for node in nodes:
        Machine(connection, node["mac"], node["address"]).boot(request)
