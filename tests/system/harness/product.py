"""The product as its own commands show it. Every access to a field of its JSON is in this file."""

import dataclasses
import json
import time

from harness.report import Failed

# How often a head under emulation is asked: each question costs it half a second of its processor.
ASK_EVERY = 2.0


@dataclasses.dataclass
class Node:
    """One node of `muster node list --json`."""

    name: str
    mac: str
    address: str
    state: str
    stage: str
    reason: str
    progress: int


@dataclasses.dataclass
class Status:
    """What `muster status --json` says."""

    ready: bool
    dhcp: str
    problems: list


class Product:
    """The cluster in a lab. It is asked again every `ask_every` seconds where something is waited for."""

    def __init__(self, lab, report, ask_every=ASK_EVERY):
        self._lab = lab
        self._report = report
        self._ask_every = ask_every

    def raw_status(self):
        """All that `muster status --json` says of a head that is up."""
        return json.loads(self._lab.exec("head", "muster", "status", "--json").stdout)

    def status(self):
        """The head's status. It ends with 1 when there are problems, which is an answer too. While
        the head starts there is no daemon yet to ask: not ready, for the reason that it gives."""
        result = self._lab.exec("head", "muster", "status", "--json")
        try:
            value = json.loads(result.stdout)
        except json.JSONDecodeError:
            return Status(ready=False, dhcp="unknown", problems=[result.stderr.strip()])
        if "problems" not in value:
            return Status(ready=False, dhcp="unknown", problems=[value["error"]])
        problems = [f"{problem['what']}; {problem['next']}" for problem in value["problems"]]
        return Status(ready=value["ready"], dhcp=value["dhcp"], problems=problems)

    def is_well(self, count):
        """Whether the head says that nothing is wrong, and its nodes are `count`, all ready; and what it says."""
        status = self.status()
        if not status.ready or status.problems:
            return False, status.problems
        states = sorted(node.state for node in self.nodes().values())
        return states == ["ready"] * count, states

    def nodes(self):
        """All nodes, by the Ethernet address of their first card."""
        value = json.loads(self._lab.check("head", "muster", "node", "list", "--json"))
        return {node["mac"]: Node(name=node["name"], mac=node["mac"], address=node["address"],
                                  state=node["state"], stage=node["stage"],
                                  reason=node["reason"], progress=node["progress"])
                for node in value["nodes"]}

    def node_of(self, machine):
        """The node that a machine of the lab is; none when the head does not know it."""
        return self.nodes().get(self._lab.machines()[machine]["mac"])

    def why(self, name):
        """The story of a node's last boot as text."""
        return self._lab.check("head", "muster", "node", "why", name)

    def event_kinds(self, name):
        """What happened to a node since the head knows it."""
        told = json.loads(self._lab.check("head", "muster", "node", "why", name, "--json"))[0]
        return [event["kind"] for event in told["events"]]

    def count_events(self, name, kind):
        """How often something happened to a node since the head knows it."""
        return self.event_kinds(name).count(kind)

    def wait_for_enrolment(self, name, before, timeout=420):
        """Waits until a node has enrolled more often than `before`. A fast machine boots between two looks at its
        state."""

        def question():
            now = self.count_events(name, "enrolled")
            return now > before, now

        self.wait_for(f"{name} enrols", question, timeout)

    def main_processes(self, *units):
        """The numbers of the first processes of services of the head."""
        return self._lab.check("head", "systemctl", "show", "--property=MainPID", "--value", *units).split()

    def hardware(self, name):
        """What `muster node show --json` says of one node's hardware."""
        return json.loads(self._lab.check("head", "muster", "node", "show", name, "--json"))[0][
            "hardware"]

    def job_check(self, nodes, timeout=420):
        """Runs the first job over the nodes; its report as text."""
        return self._lab.check("head", "muster", "job", "check", nodes, timeout=timeout)

    def wait_for(self, what, question, timeout):
        """Asks until `question()` gives something true; that. The head has no stream of events for
        its command line, so it is asked again after a pause."""
        end = time.monotonic() + timeout
        seen = None
        while True:
            answer, now = question()
            if answer:
                return answer
            if now != seen:
                self._report.line(f"{what}: {now}")
            seen = now
            if time.monotonic() >= end:
                raise Failed(f"{what}: not within {timeout} s; last seen: {seen}")
            time.sleep(self._ask_every)

    def wait_until_nodes_hold_plan(self, count):
        """Waits until the nodes, `count` of them, have what was decided up to now."""
        told = json.loads(self._lab.check("head", "muster", "node", "wait", "--timeout", "300",
                                          "--json", timeout=320))
        if len(told["ready"]) != count or told["waiting"]:
            raise Failed(f"{count} nodes should be ready: {told}")

    def wait_for_node(self, machine, holds, what, timeout=600):
        """Waits until the node of a machine exists and `holds(node)`."""
        mac = self._lab.machines()[machine]["mac"]

        def question():
            node = self.nodes().get(mac)
            return (node if node is not None and holds(node) else None), node

        return self.wait_for(f"{machine} {what}", question, timeout)

    def wait_until_ready(self, timeout=600):
        """Waits until the head says that it is ready."""

        def question():
            status = self.status()
            return status.ready, status.problems

        return self.wait_for("head ready", question, timeout)
