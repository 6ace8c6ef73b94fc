"""Requests to the sockets of a musterd, as nginx and the command line make them."""

import http.client
import json
import socket

SECONDS = 60


class Lost(Exception):
    """No whole answer came: whether the request was done is not known."""


class Connection:
    """One connection to one socket, made again when it was lost. Threads: one."""

    def __init__(self, path):
        self.path = str(path)
        self.http = None

    def call(self, method, page, body=None, headers=None):
        """Status and the answer as JSON."""
        status, text = self.call_text(method, page, body, headers)
        return status, json.loads(text)

    def call_text(self, method, page, body=None, headers=None):
        """Status and the answer as it came."""
        try:
            if self.http is None:
                self._connect()
            self.http.request(method, page, None if body is None else json.dumps(body), headers or {})
            answer = self.http.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(f"{method} {page}: {error!r}") from error

    def _connect(self):
        self.http = http.client.HTTPConnection("muster")
        self.http.sock = socket.socket(socket.AF_UNIX)
        self.http.sock.settimeout(SECONDS)
        self.http.sock.connect(self.path)

    def close(self):
        if self.http is not None:
            self.http.close()
            self.http = None


class NodeConnection(Connection):
    """The node socket, with the headers that nginx writes: who asks from where with which certificate."""

    def say(self, page, body, address, certificate=None):
        """What a machine says; `certificate` is its node's id and the serial number."""
        return self.call("POST", f"/node/v1/{page}", body, proof(address, certificate))


def proof(address, certificate=None):
    """The headers of a machine at `address`."""
    headers = {"X-Muster-Address": address}
    if certificate is not None:
        node, serial = certificate
        headers |= {"X-Muster-Verified": "SUCCESS", "X-Muster-Node": f"CN={node}", "X-Muster-Serial": serial}
    return headers
