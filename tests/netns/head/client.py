"""A machine that calls the head's pages with curl: as anybody, or with a key and a certificate."""

import dataclasses
import json

from head import ADDRESS


@dataclasses.dataclass
class Answer:
    status: int
    text: str

    def json(self):
        return json.loads(self.text)


class Client:
    """Calls pages from one machine of the wire. `ca`, `certificate` and `key` are files there."""

    # What no answer may hold but a plan that was given to a certificate; run.py sets it.
    secrets = ()

    def __init__(self, machine, ca=None, certificate=None, key=None):
        self.machine = machine
        self.ca = ca
        self.certificate = certificate
        self.key = key

    def call(self, scheme, method, page, body=None, headers=(), options=()):
        """One request, the path as it is written. Status 0: no answer came."""
        argv = ["curl", "-sS", "--path-as-is", "--max-time", "20", "-X", method, "-w",
                "\n%{http_code}", *options]
        if method == "HEAD":
            argv += ["--head"]
        if scheme == "https":
            # A stranger may not know the authority; then what is called is not the question.
            argv += ["--cacert", self.ca] if self.ca else ["--insecure"]
            if self.certificate:
                argv += ["--cert", self.certificate, "--key", self.key]
        for header in headers:
            argv += ["-H", header]
        data = b""
        if body is not None:
            argv += ["--data-binary", "@-", "-H", "Content-Type: application/json"]
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        done = self.machine.run(*argv, f"{scheme}://{ADDRESS}{page}", stdin=data)
        text, _, status = done.stdout.decode(errors="replace").rpartition("\n")
        is_plan = scheme == "https" and self.certificate and page.startswith("/node/v1/plan")
        for name, secret in self.secrets:
            assert secret not in text or (is_plan and name == "slurm key"), \
                f"{scheme} {method} {page} shows the {name}"
        return Answer(int(status or 0), text)

    def plain(self, method, page, body=None, **more):
        return self.call("http", method, page, body, **more)

    def tls(self, method, page, body=None, **more):
        return self.call("https", method, page, body, **more)
