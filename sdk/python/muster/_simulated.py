"""A cluster in memory that hears and asks an extension as a head does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _project
from ._answers import Answer, Metric, Problem
from ._objects import CallError, Cluster, Context, Node, NodeResult, SettingValue

#: Runs a command on a node: what a test puts in place of the program.
Program = Callable[[Node, Sequence[str]], NodeResult]


class SimulatedCluster:
    """A head with nodes. ``nodes`` are their names; the settings are as those of ``configure``::

        cluster = SimulatedCluster(["n001", "n002"], greeting="Hello.")
        cluster.ready("n001")
        self.assertEqual(cluster.health(), [])
    """

    #: The nodes by name. All are "booting" in the beginning.
    nodes: dict[str, Node]
    #: What the extension keeps in the head's store.
    values: dict[str, Any]
    #: What its hooks ran on nodes: a node's name and the command.
    commands: list[tuple[str, list[str]]]
    #: Takes the place of programs on nodes; without it each succeeds and writes nothing.
    program: Program | None

    def __init__(self, nodes: Sequence[str] = ("n001", "n002"), /, **settings: SettingValue) -> None:
        self._settings = settings
        self._specification = _project.specification()
        self._content = Path("content").absolute()
        self._events = 0
        self.nodes = {name: Node(name, f"10.42.1.{i}", "default", "booting") for i, name in enumerate(nodes, 1)}
        self.values = {}
        self.commands = []
        self.program = None

    def ready(self, *names: str) -> None:
        """These nodes become ready, and the extension hears of it."""
        self._turn("nodes_ready", "ready", names)

    def failed(self, *names: str) -> None:
        self._turn("nodes_failed", "failed", names)

    def left(self, *names: str, state: str = "off") -> None:
        self._turn("nodes_left", state, names)

    def tick(self) -> None:
        self._ask("tick")

    def health(self) -> list[Problem]:
        return [Problem(each["what"], each.get("next", "")) for each in self._ask("health")["problems"]]

    def metrics(self) -> list[Metric]:
        metrics = []
        prefix = self._specification["name"].replace("-", "_") + "_"
        for each in self._ask("metrics")["metrics"]:
            if not each["name"].startswith(prefix):
                raise _project.NotAllowed(f"the metric '{each['name']}' does not begin with '{prefix}'")
            metrics.append(Metric(each["name"], help=each.get("help", ""), counter=each.get("type") == "counter",
                                  samples=[(sample.get("labels", {}), sample["value"]) for sample in each["samples"]]))
        return metrics

    def run(self, verb: str, *arguments: str) -> Answer:
        """What ``muster ext run`` of this verb answers."""
        if verb not in [each["name"] for each in self._specification["verbs"]]:
            raise _project.NotAllowed(f"'verbs' of the specification has no '{verb}'")
        answer = self._ask("run", {"verb": verb, "arguments": list(arguments), "by": "root"})
        return Answer(answer.get("text", ""), data=answer.get("data"), status=answer.get("status", 0))

    def _turn(self, hook: str, state: str, names: Sequence[str]) -> None:
        told = []
        for name in names:
            node = self.nodes[name] = Node(name, self.nodes[name].address, self.nodes[name].profile, state)
            self._events += 1
            told.append({**_project.node_json(node), "state": state, "event": self._events,
                         "time_ms": 1_790_000_000_000 + self._events})
        if hook in self._specification["hooks"]:
            self._ask(hook, {"nodes": told})

    def _ask(self, hook: str, more: Mapping[str, Any] = {}) -> dict[str, Any]:
        if hook not in self._specification["hooks"]:
            raise _project.NotAllowed(f"'hooks' of the specification has no '{hook}'")
        default = _project.DEFAULT_CLUSTER
        cluster = Cluster(default.name, default.head, default.profiles, tuple(self.nodes.values()))
        context = Context(_project.extension(self._specification), cluster,
                          _project.settings(self._specification, self._settings))
        return _project.ask(self._specification, hook, {**_project.told(self._specification, context, states=True), **more},
                            self._call)

    def _call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        # What is no JSON raises here.
        arguments = json.loads(json.dumps(arguments, allow_nan=False))
        if name == "get_value":
            found = arguments["key"] in self.values
            return {"value": self.values[arguments["key"]]} if found else {}
        if name == "list_values":
            return {"keys": sorted(self.values)}
        if name == "put_values":
            self.values.update(arguments["values"])
            for key in arguments["removed"]:
                self.values.pop(key, None)
            return {}
        return {"results": [self._run(name, arguments["command"]) for name in self._named(arguments["nodes"])]}

    def _named(self, nodes: str) -> list[str]:
        names = _expanded(nodes) if nodes else []
        for name in names:
            if name not in self.nodes:
                raise CallError(f"there is no node '{name}'")
        return sorted(set(names))

    def _run(self, name: str, command: list[str]) -> dict[str, Any]:
        allowed = [each for right in self._specification["rights"] for each in right["commands"]]
        if not command or command[0] not in allowed:
            raise CallError(f"the extension has no right to run {command[:1]} on nodes")
        self.commands.append((name, command))
        result = self.program(self.nodes[name], command) if self.program else NodeResult(name, True)
        return {"node": name, "succeeded": result.succeeded, "status": result.status, "out": result.out,
                "err": result.err, "note": result.note}


def _expanded(nodes: str) -> list[str]:
    """The names of a node set with at most one range in each name, such as n[001-003]."""
    names = []
    depth, begin = 0, 0
    for i, sign in enumerate(nodes + ","):
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            names += _expanded_one(nodes[begin:i].strip())
            begin = i + 1
    return names


def _expanded_one(name: str) -> list[str]:
    if "[" not in name:
        return [name]
    prefix, _, rest = name.partition("[")
    ranges, _, suffix = rest.partition("]")
    numbers = []
    for each in ranges.split(","):
        first, _, last = each.partition("-")
        numbers += [f"{number:0{len(first)}d}" for number in range(int(first), int(last or first) + 1)]
    return [f"{prefix}{number}{suffix}" for number in numbers]
