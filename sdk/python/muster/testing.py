"""A cluster in memory, for the tests of an extension. ``muster ext test`` runs them.

::

    import unittest
    from muster.testing import configure


    class Greeting(unittest.TestCase):
        def test_nodes_greet(self):
            configured = configure(greeting="Hello.")
            self.assertEqual(configured.node.files["/etc/motd.d/hello"], "Hello.\\n")
"""

from __future__ import annotations

import os
import sys
import unittest
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _project
from ._objects import Cluster, Context, Node, NodeResult, SettingValue, User
from ._project import DEFAULT_CLUSTER, NotAllowed
from ._simulated import SimulatedCluster

__all__ = ["DEFAULT_CLUSTER", "Cluster", "Configured", "Machine", "Node", "NodeResult", "NotAllowed", "SimulatedCluster",
           "User", "configure"]

#: How the program ends when all tests passed: a hook that ends it itself is no success.
ENDED = 40


class Machine:
    """What a machine has of the extension."""

    #: The steps as the head reads them.
    steps: list[dict[str, Any]]
    #: Contents by path.
    files: dict[str, str]
    directories: set[str]
    #: Whether each unit is enabled at the start, and whether each runs.
    enabled: dict[str, bool]
    running: dict[str, bool]

    def __init__(self, steps: list[dict[str, Any]]) -> None:
        self.steps = steps
        self.files = {step["path"]: step["content"] for step in steps if step["step"] == "file"}
        self.directories = {step["path"] for step in steps if step["step"] == "directory"}
        self.enabled = {step["unit"]: step.get("state", "enabled") == "enabled" for step in steps
                        if step["step"] == "unit"}
        self.running = {step["unit"]: step.get("state", "running") == "running" for step in steps
                        if step["step"] == "service"}


class Configured:
    """What the cluster has of the extension."""

    #: Every node.
    node: Machine
    head: Machine
    #: What the nodes of a profile have besides, by its name.
    profiles: dict[str, Machine]
    #: What it sets in slurm.conf.
    scheduler: dict[str, str]

    def __init__(self, node: Machine, head: Machine, profiles: dict[str, Machine], scheduler: dict[str, str]) -> None:
        self.node = node
        self.head = head
        self.profiles = profiles
        self.scheduler = scheduler


_UNITS = "/etc/systemd/system/"
#: What the head takes in an answer.
_MOST_STEPS = 1000
_MEMBERS = {"file": ({"path", "content"}, {"mode", "owner", "group", "secrecy"}),
            "directory": ({"path"}, {"mode", "owner", "group", "existing"}),
            "unit": ({"unit"}, {"state"}),
            "service": ({"unit"}, {"state", "watches", "restart_watches", "on_change"})}
_WORDS = {("unit", "state"): {"enabled", "disabled"}, ("service", "state"): {"running", "stopped"},
          ("service", "on_change"): {"restart", "reload", "nothing"}, ("file", "secrecy"): {"open", "secret"},
          ("directory", "existing"): {"correct", "keep"}}


def _is_below(path: str, directories: list[str]) -> bool:
    return any(path.startswith(directory + "/") for directory in directories)


def _machine(steps: Any, place: str, rights: list[dict[str, Any]], besides: Sequence[dict[str, Any]] = ()) -> Machine:
    """``besides``: what the same machine has of the same answer."""
    if not isinstance(steps, list) or len(steps) > _MOST_STEPS:
        raise NotAllowed(f"'{place}' is no list of at most {_MOST_STEPS} steps")
    subjects = {_subject(step) for step in besides}
    steps = [_with_unit_file(step, place) for step in steps]
    for step in steps:
        _check_form(step)
        _check_right(step, place, [right for right in rights if right["place"] == place])
        if _subject(step) in subjects:
            raise NotAllowed(f"two steps are about one thing: {' '.join(_subject(step))}")
        subjects.add(_subject(step))
    return Machine(steps)


def _subject(step: Mapping[str, Any]) -> tuple[str, str]:
    return step["step"], step.get("path", step.get("unit", ""))


def _with_unit_file(step: Any, place: str) -> Any:
    """A step 'unit_file' as the file that it is."""
    if not isinstance(step, dict):
        return step
    if step.get("step") == "unit_file":
        if set(step) != {"step", "unit"} or not isinstance(step["unit"], str) or "/" in step["unit"]:
            raise NotAllowed(f"{step!r} has not one member 'unit', a text")
        return {"step": "file", "path": f"{_UNITS}{step['unit']}", "content": _unit_text(step["unit"])}
    path = step.get("path")
    if place == "head" and isinstance(path, str) and path.startswith(_UNITS):
        if path.count("/") != _UNITS.count("/") or step.get("content") != _unit_text(path.removeprefix(_UNITS)):
            raise NotAllowed(f"{path} is no file of 'units' in the archive, and units of the head are: use a step 'unit_file'")
    return step


def _unit_text(unit: str) -> str:
    file = Path("content/units") / unit
    if not file.is_file():
        raise NotAllowed(f"the archive has no file 'units/{unit}'")
    return file.read_text(encoding="utf-8").replace("@DIRECTORY@", str(Path("content").absolute()))


def _check_form(step: Any) -> None:
    """Whether the head could read the step."""
    if not isinstance(step, dict) or step.get("step") not in _MEMBERS:
        raise NotAllowed(f"{step!r} is no step; there are {', '.join(_MEMBERS)}")
    kind = step["step"]
    needed, optional = _MEMBERS[kind]
    members = set(step) - {"step"}
    if not needed <= members <= needed | optional:
        raise NotAllowed(f"{step!r} lacks {sorted(needed - members)}, or has {sorted(members - needed - optional)}, which no "
                         f"step '{kind}' has")
    for name, value in step.items():
        _check_member(kind, name, value)
    paths = [step["path"]] if "path" in step else []
    for path in paths + step.get("watches", []) + step.get("restart_watches", []):
        if not path.startswith("/") or os.path.normpath(path) != path:
            raise NotAllowed(f"'{path}' is no absolute path without '.' and '..'")


def _check_member(kind: str, name: str, value: Any) -> None:
    if name in ("watches", "restart_watches"):
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise NotAllowed(f"'{name}' of a step '{kind}' is {value!r}, and no list of texts")
        return
    if not isinstance(value, str):
        raise NotAllowed(f"'{name}' of a step '{kind}' is {value!r}, and no text")
    if value not in _WORDS.get((kind, name), {value}):
        raise NotAllowed(f"'{name}' of a step '{kind}' is '{value}', and none of {sorted(_WORDS[kind, name])}")


def _check_right(step: Mapping[str, Any], place: str, rights: list[dict[str, Any]]) -> None:
    """Whether the specification asks for this."""
    files = [path for right in rights for path in right["files"]]
    directories = [path for right in rights for path in right["directories"]]
    units = [unit for right in rights for unit in right["units"]]
    kind, subject = step["step"], step.get("path", step.get("unit"))
    allowed = {"file": files, "directory": directories}.get(kind, units)
    if kind == "file":
        allowed = files + [_UNITS + unit for unit in units]
    if subject not in allowed and not ("path" in step and _is_below(step["path"], directories)):
        raise NotAllowed(f"it wants {kind} {subject}, which 'rights' does not have for '{place}'")
    if "path" in step:
        _check_mode(step, place)


def _check_mode(step: Mapping[str, Any], place: str) -> None:
    text = step.get("mode", "0644" if step["step"] == "file" else "0755")
    if not text or any(digit not in "01234567" for digit in text) or int(text, 8) > 0o7777:
        raise NotAllowed(f"the mode of {step['path']} is '{text}', and must be octal digits such as \"0644\"")
    mode = int(text, 8)
    if mode & ~0o755 or (place == "head" and step["step"] == "file" and mode & 0o111):
        raise NotAllowed(f"the mode of {step['path']} is '{text}': others than root write nothing of an extension, nothing "
                         "is setuid, and no file of the head is a program")
    if step.get("owner", "root") != "root":
        raise NotAllowed(f"{step['path']} is to belong to '{step['owner']}', and belongs to root")


def configure(cluster: Cluster = DEFAULT_CLUSTER, /, **settings: SettingValue) -> Configured:
    """Asks the extension as the head does, with these settings; the others have their defaults. What the nodes and the
    head have then. Raises what a Python hook raises, AssertionError where a shell hook fails, and NotAllowed where the head would
    refuse a step."""
    return configured_in(cluster, settings)


def configured_in(cluster: Cluster, settings: Mapping[str, SettingValue]) -> Configured:
    """The same with the settings by their names."""
    specification = _project.specification()
    context = Context(_project.extension(specification), cluster, _project.settings(specification, settings))
    answer = _project.ask(specification, "configure", _project.told(specification, context, states=False))
    known = {"node", "head", "profiles", "scheduler"}
    if not set(answer) <= known:
        raise NotAllowed(f"the answer has {sorted(set(answer) - known)}, which no answer has")
    rights = specification["rights"]
    node = _machine(answer.get("node", []), "node", rights)
    profiles = {}
    for profile, steps in answer.get("profiles", {}).items():
        if profile not in [each.name for each in cluster.profiles]:
            raise NotAllowed(f"it has steps for the profile '{profile}', and there is no such profile")
        profiles[profile] = _machine(steps, "node", rights, node.steps)
    return Configured(node, _machine(answer.get("head", []), "head", rights), profiles,
                      _scheduler(answer.get("scheduler", {}), rights))


def _scheduler(settings: Any, rights: list[dict[str, Any]]) -> dict[str, str]:
    if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
        raise NotAllowed("'scheduler' is no object of texts")
    allowed = [key for right in rights if right["place"] == "head" for key in right["scheduler"]]
    for key in settings:
        if key not in allowed:
            raise NotAllowed(f"it wants to set {key} in slurm.conf, which 'scheduler' of 'rights' does not have for 'head'")
    return settings


def main() -> int:
    """Runs the tests of the project that is the working directory."""
    # Behind Python's own modules, as on the head; what is beside the specification is no module.
    sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
    sys.path.append(str(Path("content").absolute()))
    if not Path("tests").is_dir():
        print("there is no directory 'tests': a file such as tests/test_hooks.py has tests", file=sys.stderr)
        return 1
    tests = unittest.defaultTestLoader.discover("tests", top_level_dir="tests")
    if tests.countTestCases() == 0:
        print("there are no tests: a file such as tests/test_hooks.py has some", file=sys.stderr)
        return 1
    missing = _project.missing_hooks(_project.specification())
    if missing:
        print(f"the module 'extension' lacks functions for the hooks {', '.join(missing)}", file=sys.stderr)
        return 1
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    return ENDED if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
