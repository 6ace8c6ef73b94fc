"""Who speaks to a head at the same time: machines that come, boot and go, with their administrator; lists of
nodes; people. Each thing has one actor, so that what may be on disk of it is known after every answer."""

import base64
import ssl
import subprocess

from tests.musterd.model import ANY, Record

MEMORY = 2 << 30
GONE = {"name": "", "address": "", "profile": ""}


def certificate_request(key="/dev/null"):
    """One key for all: making keys is the machines' work. `key`: the file that keeps it."""
    return subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                           "-nodes", "-keyout", key, "-subj", "/CN=a"],
                          check=True, capture_output=True, text=True).stdout


def serial_of(certificate):
    """The serial number as the head writes it (RFC 5280 §4.1: the first integer after the version)."""
    data = ssl.PEM_cert_to_DER_cert(certificate)
    version = data.index(bytes([0xA0, 3, 2, 1, 2])) + 5
    assert data[version] == 2 and version < 16
    number = data[version + 2:version + 2 + data[version + 1]]
    return f"{int.from_bytes(number):X}"


def mac_of(number):
    return f"52:54:00:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


class Machine:
    """A machine with one card."""

    def __init__(self, number):
        self.number = number
        self.mac = mac_of(number)
        self.address = f"10.42.0.{100 + number % 150}"
        self.node = Record(**GONE)
        # Its node's id and serial number; the head may have another one after an answer that was lost.
        self.certificate = None
        self.certain = True
        self.welcome = None

    def hardware(self):
        return {"uuid": f"5a5a0000-0000-4000-8000-{self.number:012x}", "vendor": "Test", "product": "T1",
                "firmware": "uefi", "macs": [self.mac], "memory": MEMORY}

    def forget(self):
        self.certificate, self.certain, self.welcome = None, True, None

    def discover(self, node):
        """Reports its hardware; whether it may boot."""
        status, answer = node.say("discover", {"hardware": self.hardware()}, self.address)
        self.welcome = answer if status == 200 and answer["state"] == "boot" else None
        return self.welcome is not None

    def boot(self, node, request):
        """All of a boot but the discovery."""
        for progress in (0, 50, 100):
            node.say("stage", {"session": self.welcome["session"], "stage": "image", "progress": progress,
                               "failure": "", "console": []}, self.address)
        token, self.welcome = self.welcome["token"], self.welcome["node"]
        self.certain = False
        status, answer = node.say("enrol", {"token": token, "request": request}, self.address)
        self.certain = True
        if status == 200:
            self.certificate = (self.welcome["id"], serial_of(answer["certificate"]))
        self.welcome = None
        return status == 200

    def call(self, node, page, body):
        return node.say(page, body, self.address, self.certificate)

    def renew(self, node, request):
        """A lost answer leaves the old certificate valid; the new one is used at once."""
        status, answer = self.call(node, "renew", {"request": request})
        if status == 200:
            self.certificate = (self.certificate[0], serial_of(answer["certificate"]))


class MachineActor:
    """One machine, and the administrator who decides about it."""

    def __init__(self, number, request):
        self.machine = Machine(number)
        self.request = request
        self.names = 0

    def step(self, connections, rng):
        machine, node = self.machine, connections.node
        name = machine.node.known()["name"]
        if not name:
            machine.discover(node)
            return self.adopt(connections, rng)
        if rng.random() < 0.04 or not machine.certain:
            return self.remove(connections)
        if rng.random() < 0.1:
            return self.decide(connections, rng)
        if machine.certificate is None:
            return machine.discover(node) and machine.boot(node, self.request) and self.live(node, rng)
        return self.live(node, rng)

    def live(self, node, rng):
        machine = self.machine
        page = rng.choice(["heartbeat", "heartbeat", "report", "renew"])
        if page == "renew":
            return machine.renew(node, self.request)
        stage = {"stage": rng.choice(["plan", "ready", "ready"]), "failure": "", "generation": "g"}
        status, answer = machine.call(node, page, stage if page == "report" else {})
        assert status == 200, f"{machine.mac} has a certificate, and {page} is answered {status}: {answer}"
        return answer

    def adopt(self, connections, rng):
        """By the next free name, by a name, or by a list."""
        machine, api = self.machine, connections.api
        self.names += 1
        wanted = f"m{machine.number}-{self.names}"
        kind = rng.randrange(3)
        if kind == 0:
            return machine.node.change(
                lambda: api.call("POST", "/v1/nodes/adopt", {"nodes": [machine.mac]}),
                lambda answer: {"name": answer["names"][0]}, name=ANY, address=ANY, profile="default")
        if kind == 1:
            return machine.node.change(
                lambda: api.call("POST", "/v1/nodes/adopt", {"nodes": [machine.mac], "name": wanted}),
                name=wanted, address=ANY, profile="default")
        return self.give(api, wanted, profile="default")

    def give(self, api, name, **more):
        """A list with this machine only."""
        number = self.machine.number
        address = f"10.42.{200 + self.names % 40}.{1 + number % 250}"
        body = {"nodes": [{"name": name, "address": address, "mac": self.machine.mac}]}
        return self.machine.node.change(lambda: api.call("POST", "/v1/nodes/import", body), name=name,
                                        address=address, **more)

    def decide(self, connections, rng):
        machine, api = self.machine, connections.api
        if rng.random() < 0.5:
            self.names += 1
            return self.give(api, f"m{machine.number}-{self.names}")
        profile = rng.choice(["default", "second"])
        body = {"nodes": [machine.mac], "profile": profile}
        return machine.node.change(lambda: api.call("POST", "/v1/nodes/set", body), profile=profile)

    def remove(self, connections):
        """Whoever it was, it comes again as a stranger."""
        self.machine.certain = False
        body = {"nodes": [self.machine.mac]}
        done = self.machine.node.change(lambda: connections.api.call("POST", "/v1/nodes/remove", body), **GONE)
        assert done is not None, f"{self.machine.mac} is a node and cannot be removed"
        self.machine.forget()

    def settle(self, found):
        """Compares with the nodes on disk."""
        machine = self.machine
        node = found.by_mac.get(machine.mac, {})
        machine.node.settle(machine.mac, {name: node.get(name, "") for name in GONE})
        if machine.node.known()["name"] == "":
            return machine.forget()
        # After a lost answer to a removal or a boot nobody knows, and the machine is removed next.
        if machine.certain and machine.certificate is not None:
            valid = (node["certificate_serial"], node["offered_serial"])
            assert machine.certificate[1] in valid, \
                f"{machine.mac} was given the certificate {machine.certificate[1]}; on disk are {valid}"
        return None


class ListActor:
    """Several nodes that come and go together: in one request, and therefore whole or not at all."""

    SIZE = 5

    def __init__(self, number):
        self.number = number
        self.macs = [mac_of((number << 8) + i) for i in range(self.SIZE)]
        self.list = Record(turn=0)
        self.turn = 0

    def nodes(self, turn):
        return [{"name": f"l{self.number}-{turn}-{i}", "mac": mac,
                 "address": f"10.42.{240 + self.number % 10}.{1 + i + self.SIZE * (turn % 40)}"}
                for i, mac in enumerate(self.macs)]

    def step(self, connections, rng):
        if self.list.known()["turn"] != 0 and rng.random() < 0.3:
            body = {"nodes": self.macs}
            done = self.list.change(lambda: connections.api.call("POST", "/v1/nodes/remove", body), turn=0)
        else:
            self.turn += 1
            body = {"nodes": self.nodes(self.turn)}
            done = self.list.change(lambda: connections.api.call("POST", "/v1/nodes/import", body),
                                    turn=self.turn)
        assert done is not None, f"a list is refused: {body}"

    def settle(self, found):
        turns = set()
        for mac in self.macs:
            name = found.by_mac.get(mac, {}).get("name", "")
            turns.add(int(name.split("-")[1]) if name else 0)
        assert len(turns) == 1, f"a list of nodes is half there: {turns}"
        self.list.settle(f"list {self.number}", {"turn": turns.pop()})


class BatchActor:
    """Machines that wait and are adopted in one request: all or none of them."""

    SIZE = 3

    def __init__(self, number):
        self.machines = [Machine((number << 8) + i) for i in range(self.SIZE)]
        self.batch = Record(named=False)

    def step(self, connections, _):
        macs = {"nodes": [machine.mac for machine in self.machines]}
        if self.batch.known()["named"]:
            return self.batch.change(lambda: connections.api.call("POST", "/v1/nodes/remove", macs), named=False)
        for machine in self.machines:
            machine.discover(connections.node)
        return self.batch.change(lambda: connections.api.call("POST", "/v1/nodes/adopt", macs), named=True)

    def settle(self, found):
        named = {bool(found.by_mac.get(machine.mac, {}).get("name")) for machine in self.machines}
        assert len(named) == 1, "of machines that were adopted together only some are nodes"
        self.batch.settle("the machines of a batch", {"named": named.pop()})


def random_key(rng):
    """A key that SSH takes (RFC 8709)."""
    kind = b"ssh-ed25519"
    data = len(kind).to_bytes(4) + kind + (32).to_bytes(4) + rng.randbytes(32)
    return f"ssh-ed25519 {base64.b64encode(data).decode()}"


class PersonActor:
    """A person who is added, changed and removed."""

    def __init__(self, number):
        self.name = f"u{number}"
        self.user = Record(there=False, keys=[])

    def step(self, connections, rng):
        there = self.user.known()["there"]
        if there and rng.random() < 0.3:
            done = self.user.change(lambda: connections.api.call("DELETE", f"/v1/users/{self.name}"),
                                    there=False, keys=[])
        else:
            keys = [random_key(rng)]
            body = {"name": self.name, "ssh_keys": keys}
            done = self.user.change(
                lambda: connections.api.call("PUT" if there else "POST", "/v1/users", body), there=True, keys=keys)
        assert done is not None, f"{self.name} cannot be changed"

    def settle(self, found):
        user = found.users.get(self.name)
        self.user.settle(self.name, {"there": user is not None, "keys": user["ssh_keys"] if user else []})


class PolicyActor:
    """The administrator who decides whether unknown machines are shown."""

    def __init__(self):
        self.policy = Record(policy="ask")

    def step(self, connections, rng):
        policy = rng.choice(["ask", "closed"])
        done = self.policy.change(
            lambda: connections.api.call("POST", "/v1/discovery", {"policy": policy, "minutes": 0}), policy=policy)
        assert done is not None

    def settle(self, found):
        self.policy.settle("the policy of adoption", {"policy": found.policy})
