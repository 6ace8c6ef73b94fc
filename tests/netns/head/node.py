"""A machine on its way to being a node, as muster-agent does it but by hand: reports hardware, trades
its token for a certificate, and calls with it."""

import hashlib
import itertools

from client import Client

numbers = itertools.count(1)


def hardware(**more):
    """A report of a machine that no other test has."""
    number = next(numbers)
    return {"uuid": f"5a5a0000-0000-4000-8000-{number:012x}", "vendor": "Test", "product": "T1",
            "firmware": "uefi", "macs": [f"52:54:00:aa:{number // 256:02x}:{number % 256:02x}"],
            "memory": 2 << 30, **more}


def make_request(machine, place, name="a", algorithm=("EC", "-pkeyopt", "ec_paramgen_curve:P-256")):
    """A new key in `place`.key of the machine and the text of a request for a certificate."""
    machine.check("mkdir", "-p", place.rpartition("/")[0])
    machine.check("openssl", "genpkey", "-algorithm", *algorithm, "-out", f"{place}.key")
    return machine.check("openssl", "req", "-new", "-key", f"{place}.key", "-subj", f"/CN={name}")


class Node:
    """An identity on one machine. After `enrol`, `client` calls with its certificate."""

    def __init__(self, head, machine, report=None):
        self.head = head
        self.machine = machine
        self.hardware = report or hardware()
        self.mac = self.hardware["macs"][0]
        self.anybody = Client(machine)
        self.client = None
        self.name = None
        self.welcome = None
        self.certificates = itertools.count(1)

    def discover(self):
        """Reports the hardware; what the head says."""
        answer = self.anybody.plain("POST", "/node/v1/discover", {"hardware": self.hardware})
        assert answer.status == 200, f"discover: {answer}"
        return answer.json()

    def boot(self):
        """Is discovered, adopted, and told to boot."""
        if self.name is None:
            assert self.discover()["state"] == "wait"
            self.name = self.head.adopt(self.mac)
        self.welcome = self.discover()
        assert self.welcome["state"] == "boot", f"{self.name}: {self.welcome}"
        return self

    @property
    def id(self):
        return self.welcome["node"]["id"]

    @property
    def token(self):
        return self.welcome["token"]

    def place(self):
        """Where the next key and certificate go, without an ending."""
        return f"/run/node/{self.mac.replace(':', '')}-{next(self.certificates)}"

    def trust(self):
        """A file with the authority that the head showed, if it is the one that the token names."""
        ca = self.welcome["ca"]
        named = self.token.split(".")[1]
        assert hashlib.sha256(ca.encode()).hexdigest() == named, "the token names another authority"
        return self.machine.write("/run/node/ca.crt", ca)

    def ask_certificate(self, token=None, request=None, client=None):
        """Trades a token for a certificate; the answer and where the key is."""
        place = self.place()
        if request is None:
            request = make_request(self.machine, place)
        client = client or Client(self.machine, self.trust())
        return client.tls("POST", "/node/v1/enrol", {"token": token or self.token,
                                                     "request": request}), place

    def enrol(self):
        """Has a certificate afterwards."""
        answer, place = self.ask_certificate()
        assert answer.status == 200, f"enrol: {answer}"
        self.client = self.keep(answer, place)
        return self

    def keep(self, answer, place):
        """The client that calls with the certificate of an answer."""
        self.machine.write(f"{place}.crt", answer.json()["certificate"])
        return Client(self.machine, self.trust(), f"{place}.crt", f"{place}.key")

    def say(self, stage, failure=""):
        return self.client.tls("POST", "/node/v1/report",
                               {"stage": stage, "failure": failure, "generation": "g"})

    def plan(self):
        """Its own plan."""
        answer = self.client.tls("GET", "/node/v1/plan")
        assert answer.status == 200, f"plan: {answer}"
        return answer.json()


def is_accepted(client):
    """Whether the head takes the client's certificate on every page that asks for one; the pages
    must agree."""
    answers = {call_page(client, page).status for page in CERTIFIED}
    assert answers in ({200}, {401}, {403}, {400}), f"the pages disagree: {answers}"
    return answers == {200}


CERTIFIED = ("plan", "heartbeat", "report")


def call_page(client, page, **more):
    """Calls a page that is for certificates as a node does; `renew` without a request changes
    nothing and is therefore not one of CERTIFIED."""
    if page == "plan":
        return client.tls("GET", "/node/v1/plan", **more)
    body = {"stage": "plan", "failure": "", "generation": ""} if page == "report" else {}
    return client.tls("POST", f"/node/v1/{page}", body, **more)
