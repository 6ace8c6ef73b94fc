"""What a hook is told. Classes without dataclasses: a host starts faster."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Union

    SettingValue = Union[str, int, bool]
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

    __slots__ = ("name", "version", "directory")
    name: str
    version: str
    #: Where its files are on the head: what is below ``content`` of its project.
    directory: str

    def __init__(self, name: str, version: str, directory: str) -> None:
        self.name = name
        self.version = version
        self.directory = directory


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


class Cluster(_Told):
    """The cluster, as far as every extension is told of it."""

    __slots__ = ("name", "head", "profiles")
    name: str
    head: Head
    profiles: tuple[Profile, ...]

    def __init__(self, name: str, head: Head, profiles: tuple[Profile, ...]) -> None:
        self.name = name
        self.head = head
        self.profiles = profiles


class Context(_Told):
    """All that a hook is told."""

    __slots__ = ("extension", "cluster", "settings")
    extension: Extension
    cluster: Cluster
    #: Every setting of the specification with its value: a text, a number, or true or false.
    settings: Mapping[str, SettingValue]

    def __init__(self, extension: Extension, cluster: Cluster, settings: Mapping[str, SettingValue]) -> None:
        self.extension = extension
        self.cluster = cluster
        self.settings = settings


def context_of(told: Mapping[str, Any]) -> Context:
    """The context of the JSON object that the head gives a hook. Members that this version does not know are passed
    over: a newer head may tell more."""
    extension, cluster = told["extension"], told["cluster"]
    return Context(
        Extension(extension["name"], extension["version"], extension["directory"]),
        Cluster(cluster["name"], Head(cluster["head"]["hostname"], cluster["head"]["address"]),
                tuple(Profile(profile["name"]) for profile in cluster["profiles"])),
        told["settings"])
