"""A cluster in memory that hears and asks an extension as a head does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

from . import _project
from ._answers import Answer, Metric, Problem
from ._check import NotAllowed, why_no_key, why_no_values
from ._node_set import NoNodeSet, node_names
from ._objects import CallError, Cluster, Context, Node, NodeResult, SettingValue, User

#: Runs a command on a node: what a test puts in place of the program. What it writes is enough where it succeeds.
Program = Callable[[Node, Sequence[str]], Union[NodeResult, str, None]]


if TYPE_CHECKING:
    from .testing import Configured


class SimulatedCluster:
    """A head with nodes. ``nodes`` are their names; the settings are as those of ``configure``::

        cluster = SimulatedCluster(["n001", "n002"], greeting="Hello.")
        cluster.ready("n001")
        self.assertEqual(cluster.health(), [])
    """

    #: The nodes by name. All are "booting" in the beginning.
    nodes: dict[str, Node]
    #: The cluster's people.
    users: list[User]
    #: What the extension keeps in the head's store.
    values: dict[str, Any]
    #: What its hooks ran on nodes: a node's name and the command.
    commands: list[tuple[str, list[str]]]
    #: Takes the place of programs on nodes; without it each succeeds and writes nothing.
    program: Program | None

    def __init__(self, nodes: Sequence[str] = ("n001", "n002"), /, **settings: SettingValue) -> None:
        self._settings = settings
        self._specification = _project.specification()
        self._events = 0
        self._last: tuple[str, dict[str, Any]] | None = None
        self.nodes = {name: Node(name, f"10.42.1.{i}", "default", "booting") for i, name in enumerate(nodes, 1)}
        self.users = []
        self.values = {}
        self.commands = []
        self.program = None

    def configure(self) -> Configured:
        """What the cluster has of the extension, as ``configure`` of this module."""
        from .testing import configured_in
        return configured_in(self._cluster(), self._settings)

    def ready(self, *names: str) -> None:
        """These nodes become ready, and the extension is told."""
        self._turn("nodes_ready", "ready", names)

    def failed(self, *names: str) -> None:
        self._turn("nodes_failed", "failed", names)

    def left(self, *names: str, state: str = "off") -> None:
        """These nodes were switched off, restart (``booting``), or were ``removed``."""
        self._turn("nodes_left", state, names)

    def again(self) -> None:
        """Tells the last news of nodes again, as a head may."""
        if self._last is None:
            raise ValueError("nothing was told yet")
        self._ask(*self._last)

    def tick(self) -> None:
        self._ask("tick")

    def health(self) -> list[Problem]:
        return [Problem(each["what"], each.get("next", "")) for each in self._ask("health")["problems"]]

    def metrics(self) -> list[Metric]:
        return [Metric(each["name"], help=each.get("help", ""), counter=each.get("type") == "counter",
                       samples=[(sample.get("labels", {}), sample["value"]) for sample in each["samples"]])
                for each in self._ask("metrics")["metrics"]]

    def run(self, verb: str, *arguments: str, by: str = "root") -> Answer:
        """What ``muster ext run`` of this verb answers."""
        if verb not in [each["name"] for each in self._specification["verbs"]]:
            raise NotAllowed(f"'verbs' of the specification has no '{verb}'")
        answer = self._ask("run", {"verb": verb, "arguments": list(arguments), "by": by})
        return Answer(answer.get("text", ""), data=answer.get("data"), status=answer.get("status", 0))

    def _cluster(self) -> Cluster:
        default = _project.DEFAULT_CLUSTER
        return Cluster(default.name, default.head, default.profiles, tuple(self.nodes.values()),
                       tuple(self.users))

    def _turn(self, hook: str, state: str, names: Sequence[str]) -> None:
        told = []
        for name in names:
            if name not in self.nodes:
                raise ValueError(f"there is no node '{name}'; there are: {', '.join(self.nodes)}")
            before = self.nodes[name]
            node = Node(name, before.address, before.profile, state)
            if state == "removed":
                node = Node(name, "", "", state)
                del self.nodes[name]
            else:
                self.nodes[name] = node
            self._events += 1
            told.append({**_project.node_json(node), "state": state, "event": self._events,
                         "time_ms": 1_790_000_000_000 + self._events})
        if hook in self._specification["hooks"]:
            self._last = (hook, {"nodes": told})
            self._ask(*self._last)

    def _ask(self, hook: str, more: Mapping[str, Any] = {}) -> dict[str, Any]:
        context = Context(_project.extension(self._specification), self._cluster(),
                          _project.settings(self._specification, self._settings))
        return _project.ask(self._specification, hook, {**_project.told(self._specification, context, states=True), **more},
                            self._call)

    def _call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        # What is no JSON raises here, and nobody changes what the store has.
        arguments = json.loads(json.dumps(arguments, allow_nan=False))
        if name == "run_on_nodes":
            return {"results": self._run(arguments["nodes"], arguments["command"])}
        if name == "list_values":
            return {"keys": sorted(self.values)}
        if name == "get_value":
            if why := why_no_key(arguments["key"]):
                raise CallError(why)
            found = arguments["key"] in self.values
            return {"value": json.loads(json.dumps(self.values[arguments["key"]]))} if found else {}
        values = {**self.values, **arguments["values"]}
        for key in arguments["removed"]:
            values.pop(key, None)
        if why := why_no_values(values):
            raise CallError(why)
        self.values = values
        return {}

    def _run(self, nodes: str, command: list[str]) -> list[dict[str, Any]]:
        allowed = [each for right in self._specification["rights"] for each in right["commands"]]
        if not command or command[0] not in allowed:
            raise CallError(f"the extension has no right to run {command[0] if command else 'nothing'} on nodes: 'commands' "
                            f"of 'rights' has {', '.join(allowed) or 'none'}")
        try:
            names = node_names(nodes)
        except NoNodeSet as error:
            raise CallError(str(error)) from None
        for name in names:
            if name not in self.nodes:
                raise CallError(f"there is no node '{name}'")
        return [self._run_on(self.nodes[name], command) for name in names]

    def _run_on(self, node: Node, command: list[str]) -> dict[str, Any]:
        result = NodeResult(node.name, False, note=f"is {node.state}")
        if node.state == "ready":
            self.commands.append((node.name, command))
            returned = self.program(node, command) if self.program else None
            result = returned if isinstance(returned, NodeResult) else NodeResult(node.name, True, out=returned or "")
        return {"node": node.name, "succeeded": result.succeeded, "status": result.status, "out": result.out,
                "err": result.err, "note": result.note}
