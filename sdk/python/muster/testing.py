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

import importlib
import json
import os
import subprocess
import sys
import unittest
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._objects import Cluster, Context, Extension, Head, Profile, SettingValue
from ._steps import Steps

__all__ = ["DEFAULT_CLUSTER", "Configured", "Machine", "NotAllowed", "configure"]

#: What an extension is told when a test says nothing of the cluster.
DEFAULT_CLUSTER = Cluster("cluster", Head("head", "10.42.0.1"), (Profile("default"),))

#: Where 'muster ext test' says what it read of the project, as JSON.
_SPECIFICATION = "MUSTER_TEST_SPECIFICATION"


class NotAllowed(AssertionError):
    """The extension wants something that its specification does not ask for: the head refuses that."""


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

    def __init__(self, node: Machine, head: Machine) -> None:
        self.node = node
        self.head = head


def _specification() -> dict[str, Any]:
    text = os.environ.get(_SPECIFICATION)
    if text is None:
        raise RuntimeError("these tests are run by 'muster ext test'")
    read: dict[str, Any] = json.loads(text)
    return read


def _value_of(setting: Mapping[str, Any], value: SettingValue) -> SettingValue:
    """A value that a test gives, as far as the setting allows it."""
    kind = setting["type"]
    kinds = {"integer": int, "flag": bool}
    is_right = type(value) is kinds.get(kind, str)
    if kind == "choice":
        is_right = value in setting["choices"]
    if kind == "integer" and is_right:
        is_right = setting["minimum"] <= value <= setting["maximum"]
    if not is_right:
        raise ValueError(f"{value!r} is no value of the setting '{setting['name']}', which is of type {kind}")
    return value


def _settings(specification: Mapping[str, Any], chosen: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    known = {setting["name"]: setting for setting in specification["settings"]}
    for name in chosen:
        if name not in known:
            raise ValueError(f"there is no setting '{name}'; there are: {', '.join(known) or 'none'}")
    return {name: _value_of(setting, chosen.get(name, setting["default"])) for name, setting in known.items()}


def _told(context: Context) -> dict[str, Any]:
    return {"extension": {"name": context.extension.name, "version": context.extension.version,
                          "directory": context.extension.directory},
            "cluster": {"name": context.cluster.name,
                        "head": {"hostname": context.cluster.head.hostname, "address": context.cluster.head.address},
                        "profiles": [{"name": profile.name} for profile in context.cluster.profiles]},
            "settings": dict(context.settings)}


def _ask_module(context: Context) -> dict[str, Any]:
    answer = importlib.import_module("extension").configure(context)
    if isinstance(answer, Steps):
        return answer.to_json()
    if not isinstance(answer, dict):
        raise AssertionError(f"configure returned {type(answer).__name__}, and not muster.Steps")
    return answer


def _ask_program(context: Context, content: Path) -> dict[str, Any]:
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "HOME": "/",
                   "MUSTER_EXTENSION": context.extension.name, "MUSTER_EXTENSION_VERSION": context.extension.version,
                   "MUSTER_API": "1", "MUSTER_HOOK": "configure"}
    for name, value in context.settings.items():
        environment[f"MUSTER_SETTING_{name.upper()}"] = (
            str(value) if not isinstance(value, bool) else "yes" if value else "no")
    done = subprocess.run([content / "hooks/configure"], input=json.dumps(_told(context)), capture_output=True, text=True,
                          cwd=content, env=environment, timeout=30, check=False)
    if done.returncode != 0:
        raise AssertionError(f"hooks/configure ended with status {done.returncode}; it said: {done.stderr}")
    answer = json.loads(done.stdout)
    if not isinstance(answer, dict):
        raise AssertionError("hooks/configure printed JSON that is no object")
    return answer


def _is_below(path: str, directories: list[str]) -> bool:
    return any(path.startswith(directory + "/") for directory in directories)


def _machine(answer: Mapping[str, Any], place: str, rights: list[dict[str, Any]]) -> Machine:
    steps = answer.get(place, [])
    for step in steps:
        _check(step, [right for right in rights if right["place"] == place])
    return Machine(steps)


def _check(step: Mapping[str, Any], rights: list[dict[str, Any]]) -> None:
    """As the head does, with the same outcome."""
    files = [path for right in rights for path in right["files"]]
    directories = [path for right in rights for path in right["directories"]]
    units = [unit for right in rights for unit in right["units"]]
    kind = step.get("step")
    if kind == "file":
        is_allowed = step["path"] in files or _is_below(step["path"], directories)
    elif kind == "directory":
        is_allowed = step["path"] in directories or _is_below(step["path"], directories)
    elif kind in ("unit", "service"):
        is_allowed = step["unit"] in units
    else:
        raise NotAllowed(f"there is no step '{kind}'")
    if not is_allowed:
        raise NotAllowed(f"it wants {kind} {step.get('path', step.get('unit'))}, which 'rights' does not have")


def configure(cluster: Cluster = DEFAULT_CLUSTER, **settings: SettingValue) -> Configured:
    """Asks the extension as the head does, with these settings; the others have their defaults. What the nodes and the
    head have then. Raises what a Python hook raises, AssertionError where a shell hook fails, and NotAllowed where the head would
    refuse a step."""
    specification = _specification()
    content = Path("content").absolute()
    context = Context(Extension(specification["name"], specification["version"], str(content)), cluster,
                      _settings(specification, settings))
    is_module = specification["language"] == "python"
    answer = _ask_module(context) if is_module else _ask_program(context, content)
    return Configured(_machine(answer, "node", specification["rights"]),
                      _machine(answer, "head", specification["rights"]))


def main() -> int:
    """Runs the tests of the project that is the working directory."""
    sys.path.insert(0, str(Path("content").absolute()))
    tests = unittest.defaultTestLoader.discover("tests", top_level_dir="tests")
    if tests.countTestCases() == 0:
        print("there are no tests: a file such as tests/test_hooks.py has some", file=sys.stderr)
        return 1
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
