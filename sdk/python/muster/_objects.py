"""What a hook is told. Classes without dataclasses: a host starts faster."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Union

    SettingValue = Union[str, int, bool]
    Call = Callable[[str, dict[str, Any]], dict[str, Any]]
else:
    SettingValue = object


class _Told:
    """Something that a hook is told. It is compared and shown by its members."""

    __slots__: tuple[str, ...] = ()

    def _members(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Told) and type(self) is type(other) and self._members() == other._members()

    def __hash__(self) -> int:
        return hash(self._members())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(member) for member in self._members())})"


class Extension(_Told):
    """The extension itself."""

    __slots__ = ("name", "version", "directory", "data")
    name: str
    version: str
    #: Where its files are on the head: what is below ``content`` of its project.
    directory: str
    #: Where its services on the head keep what is theirs.
    data: str

    def __init__(self, name: str, version: str, directory: str, data: str = "") -> None:
        self.name = name
        self.version = version
        self.directory = directory
        self.data = data or f"/var/lib/muster-extension-data/{name}"


class Head(_Told):
    """The head node."""

    __slots__ = ("hostname", "address")
    hostname: str
    #: On the cluster's network, such as 10.42.0.1.
    address: str

    def __init__(self, hostname: str, address: str) -> None:
        self.hostname = hostname
        self.address = address


class Profile(_Told):
    """A profile of nodes in cluster.yaml."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        self.name = name


class Node(_Told):
    """A node."""

    __slots__ = ("name", "address", "profile", "state")
    name: str
    #: On the cluster's network, such as 10.42.1.1; empty: it has none.
    address: str
    profile: str
    #: Such as "ready", "booting", "off" or "failed"; "removed" of one that was. Empty where steps are asked for: they
    #: do not depend on it.
    state: str

    def __init__(self, name: str, address: str = "", profile: str = "default", state: str = "") -> None:
        self.name = name
        self.address = address
        self.profile = profile
        self.state = state


class User(_Told):
    """One of the cluster's people."""

    __slots__ = ("name", "uid", "full_name")
    name: str
    uid: int
    full_name: str

    def __init__(self, name: str, uid: int = 10000, full_name: str = "") -> None:
        self.name = name
        self.uid = uid
        self.full_name = full_name


class NodeEvent(Node):
    """A node that became ready, failed or left. ``state`` is what it is now."""

    __slots__ = ("name", "address", "profile", "state", "event", "time")
    #: A number that grows with the events of a node. A node may be told twice of one event.
    event: int
    #: When it happened, in seconds since 1970.
    time: float

    def __init__(self, name: str, address: str = "", profile: str = "default", state: str = "", event: int = 0,
                 time: float = 0.0) -> None:
        super().__init__(name, address, profile, state)
        self.event = event
        self.time = time


class Cluster(_Told):
    """The cluster, as far as an extension is told of it."""

    __slots__ = ("name", "head", "profiles", "nodes", "users")
    name: str
    head: Head
    profiles: tuple[Profile, ...]
    #: By name; none of them when the specification has no ``reads: [nodes]``.
    nodes: tuple[Node, ...]
    #: By name; none of them when the specification has no ``reads: [users]``.
    users: tuple[User, ...]

    def __init__(self, name: str, head: Head, profiles: tuple[Profile, ...], nodes: tuple[Node, ...] = (),
                 users: tuple[User, ...] = ()) -> None:
        self.name = name
        self.head = head
        self.profiles = profiles
        self.nodes = nodes
        self.users = users


class Context(_Told):
    """All that a hook is told, and what it may ask of the head while it works."""

    __slots__ = ("extension", "cluster", "settings", "values", "by", "_call")
    extension: Extension
    cluster: Cluster
    #: Every setting of the specification with its value: a text, a number, or true or false.
    settings: Mapping[str, SettingValue]
    #: What the extension keeps in the head's store. Not for ``configure`` and ``install``.
    values: Values

    #: Who asks for a verb; empty in other hooks.
    by: str

    def __init__(self, extension: Extension, cluster: Cluster, settings: Mapping[str, SettingValue],
                 call: Call | None = None, by: str = "") -> None:
        self.extension = extension
        self.cluster = cluster
        self.settings = settings
        self.by = by
        self._call = call or refuse_call
        self.values = Values(self._call)

    def _members(self) -> tuple[object, ...]:
        return self.extension, self.cluster, self.settings, self.by

    def run_on_nodes(self, nodes: str | Node | Iterable[str | Node], command: list[str], *,
                     timeout: int = 60) -> list[NodeResult]:
        """Runs a program on nodes as root, and waits until it has ended on all. ``nodes``: a node set such as
        ``"n[001-004]"``, or names or nodes; ``command``: the whole path of a program that ``commands`` of ``rights``
        has, and its arguments; ``timeout``: seconds on each node. Not for ``configure`` and ``install``."""
        if isinstance(nodes, Node):
            nodes = nodes.name
        if isinstance(command, str) or not all(isinstance(word, str) for word in command):
            raise TypeError(f"the command is {command!r}, and must be a list of str: a program and its arguments")
        if type(timeout) is not int or not 1 <= timeout <= 600:
            raise ValueError(f"the timeout is {timeout!r}, and must be 1 to 600 seconds")
        if not isinstance(nodes, str):
            nodes = ",".join(node.name if isinstance(node, Node) else node for node in nodes)
        told = self._call("run_on_nodes", {"nodes": nodes, "command": list(command), "timeout_s": timeout})
        return [NodeResult(each["node"], each["succeeded"], each["status"], each["out"], each["err"], each["note"])
                for each in told["results"]]


class NodeResult(_Told):
    """What a program did on a node."""

    __slots__ = ("node", "succeeded", "status", "out", "err", "note")
    #: The node's name.
    node: str
    #: Whether it ended with status 0.
    succeeded: bool
    status: int
    #: The beginning of what it wrote.
    out: str
    err: str
    #: Why it did not run or was ended; empty: nothing is to be said.
    note: str

    def __init__(self, node: str, succeeded: bool, status: int = 0, out: str = "", err: str = "",
                 note: str = "") -> None:
        self.node = node
        self.succeeded = succeeded
        self.status = status
        self.out = out
        self.err = err
        self.note = note


class CallError(Exception):
    """Why the head did not do what a hook asked for."""


def refuse_call(name: str, _arguments: dict[str, Any]) -> dict[str, Any]:
    raise CallError(f"'{name}': this hook may not call the head")


class Values:
    """Values that an extension keeps in the head's store, by keys: what JSON has. They stay when another version is
    installed, and go with the extension. At most 1000, and 1 MiB of JSON in all."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def get(self, key: str, default: Any = None) -> Any:
        return self._call("get_value", {"key": key}).get("value", default)

    def keys(self) -> list[str]:
        keys: list[str] = self._call("list_values", {})["keys"]
        return keys

    def put(self, /, **values: Any) -> None:
        self.update(values)

    def update(self, values: Mapping[str, Any], removed: Iterable[str] = ()) -> None:
        """Writes all of these and removes those, or does nothing of it and raises."""
        if isinstance(removed, str):
            raise TypeError(f"removed is {removed!r}, and must be a list of keys")
        self._call("put_values", {"values": dict(values), "removed": list(removed)})

    def remove(self, *keys: str) -> None:
        self.update({}, keys)


def _node_of(told: Mapping[str, Any]) -> Node:
    return Node(told["name"], told["address"], told["profile"], told.get("state", ""))


def events_of(told: Mapping[str, Any]) -> list[NodeEvent]:
    """The nodes that a hook is told of."""
    return [NodeEvent(each["name"], each["address"], each["profile"], each["state"], each["event"],
                      each["time_ms"] / 1000) for each in told["nodes"]]


def context_of(told: Mapping[str, Any], call: Call | None = None) -> Context:
    """The context of the JSON object that the head gives a hook. Members that this version does not know are passed
    over: a newer head may tell more."""
    extension, cluster = told["extension"], told["cluster"]
    return Context(
        Extension(extension["name"], extension["version"], extension["directory"], extension["data"]),
        Cluster(cluster["name"], Head(cluster["head"]["hostname"], cluster["head"]["address"]),
                tuple(Profile(profile["name"]) for profile in cluster["profiles"]),
                tuple(_node_of(node) for node in cluster.get("nodes", ())),
                tuple(User(user["name"], user["uid"], user["full_name"]) for user in cluster.get("users", ()))),
        told["settings"], call, told.get("by", ""))
