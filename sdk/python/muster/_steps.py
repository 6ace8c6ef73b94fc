"""What a hook returns."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


class Step:
    """Something that shall be so on a machine. It is compared and shown by what it says."""

    _json: dict[str, Any]

    def __init__(self, **members: object) -> None:
        """Members that are None are left out: the head has a default for each."""
        self._json = {name: value for name, value in members.items() if value is not None}

    def to_json(self) -> dict[str, Any]:
        """As the head reads it."""
        return dict(self._json)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self._json == other._json

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._json.items())})"


def _octal(mode: int | None, path: str) -> str | None:
    if mode is None:
        return None
    if type(mode) is not int or not 0 <= mode <= 0o7777:
        raise TypeError(f"the mode of {path} is {mode!r}, and must be a number such as 0o644")
    return f"{mode:04o}"


class File(Step):
    """A file with this content. ``mode`` is a number such as 0o644. No page and no log shows the content of a file that
    is ``secret``."""

    def __init__(self, path: str, content: str, *, mode: int | None = None, owner: str | None = None,
                 group: str | None = None, secret: bool = False) -> None:
        if not isinstance(content, str):
            raise TypeError(f"the content of {path} is {type(content).__name__}, and must be str")
        super().__init__(step="file", path=path, content=content, mode=_octal(mode, path), owner=owner, group=group,
                         secrecy="secret" if secret else None)


class Directory(Step):
    """A directory with this owner and mode. What is in it is left alone."""

    def __init__(self, path: str, *, mode: int | None = None, owner: str | None = None,
                 group: str | None = None) -> None:
        super().__init__(step="directory", path=path, mode=_octal(mode, path), owner=owner, group=group)


class UnitFile(Step):
    """The file ``units/UNIT`` of the extension, as the file of a unit of systemd. In it ``@DIRECTORY@`` is where the
    extension's files are on the head. Units of the head have such files and no others."""

    def __init__(self, unit: str) -> None:
        super().__init__(step="unit_file", unit=unit)


class Unit(Step):
    """What the start of a machine does with a unit of systemd."""

    def __init__(self, unit: str, *, enabled: bool = True) -> None:
        super().__init__(step="unit", unit=unit, state="enabled" if enabled else "disabled")


class Service(Step):
    """A unit of systemd that runs, or does not. ``watches`` are files: when a step changes one, the unit is restarted,
    or reloaded with ``on_change="reload"``."""

    def __init__(self, unit: str, *, running: bool = True, watches: Iterable[str] = (),
                 on_change: str | None = None) -> None:
        if isinstance(watches, str):
            raise TypeError(f"watches of {unit} is {watches!r}, and must be a list of files")
        super().__init__(step="service", unit=unit, state="running" if running else "stopped", watches=list(watches),
                         on_change=on_change)


class Steps:
    """What ``configure`` returns: the steps for every node, what the nodes of a profile have besides, the steps for
    the head, and what the scheduler is to do otherwise."""

    node: list[Step]
    head: list[Step]
    #: By the names of profiles.
    profiles: dict[str, list[Step]]
    #: Values by keys of slurm.conf. They are there when the steps for the head are done.
    scheduler: dict[str, str]

    def __init__(self, node: Iterable[Step] = (), head: Iterable[Step] = (),
                 profiles: Mapping[str, Iterable[Step]] | None = None,
                 scheduler: Mapping[str, str | int] | None = None) -> None:
        self.node = list(node)
        self.head = list(head)
        self.profiles = {profile: list(steps) for profile, steps in (profiles or {}).items()}
        for key, value in (scheduler or {}).items():
            if type(value) not in (str, int):
                raise TypeError(f"the value of {key} is {value!r}, and must be a str or an int")
        self.scheduler = {key: str(value) for key, value in (scheduler or {}).items()}

    def to_json(self) -> dict[str, Any]:
        json: dict[str, Any] = {"node": _to_json(self.node), "head": _to_json(self.head)}
        if self.profiles:
            json["profiles"] = {profile: _to_json(steps) for profile, steps in self.profiles.items()}
        if self.scheduler:
            json["scheduler"] = self.scheduler
        return json

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Steps) and self.to_json() == other.to_json()

    def __repr__(self) -> str:
        return (f"Steps(node={self.node!r}, head={self.head!r}, profiles={self.profiles!r}, "
                f"scheduler={self.scheduler!r})")


def _to_json(steps: list[Step]) -> list[dict[str, Any]]:
    for step in steps:
        if not isinstance(step, Step):
            raise TypeError(f"a step is {step!r}, and must be a muster.Step such as muster.File")
    return [step.to_json() for step in steps]
