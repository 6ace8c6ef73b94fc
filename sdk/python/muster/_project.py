"""A project's hooks as tests call them: what they are told, and what they answer."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._check import CHECKS, NotAllowed
from ._hooks import WITHOUT_ANSWER, call_hook
from ._objects import Cluster, Context, Extension, Head, Node, Profile, SettingValue

if TYPE_CHECKING:
    from ._objects import Call

__all__ = ["DEFAULT_CLUSTER", "NotAllowed", "ask", "check_hook", "extension", "missing_hooks", "node_json", "settings",
           "specification", "told"]

#: What an extension is told when a test says nothing of the cluster.
DEFAULT_CLUSTER = Cluster("cluster", Head("head", "10.42.0.1"), (Profile("default"),))

#: Where 'muster ext test' says what it read of the project, as JSON.
_SPECIFICATION = "MUSTER_TEST_SPECIFICATION"


def specification() -> dict[str, Any]:
    text = os.environ.get(_SPECIFICATION)
    if text is None:
        raise RuntimeError("these tests are run by 'muster ext test'")
    read: dict[str, Any] = json.loads(text)
    return read


def extension(of: Mapping[str, Any]) -> Extension:
    return Extension(of["name"], of["version"], str(Path("content").absolute()))


def _value_of(setting: Mapping[str, Any], value: SettingValue) -> SettingValue:
    """A value that a test gives, as far as the setting allows it."""
    kind = setting["type"]
    kinds = {"integer": int, "flag": bool}
    is_right = type(value) is kinds.get(kind, str)
    if kind == "choice":
        is_right = value in setting["choices"]
    if kind == "integer" and isinstance(value, int) and is_right:
        is_right = setting["minimum"] <= value <= setting["maximum"]
    if not is_right:
        allowed = {"integer": f"a number from {setting['minimum']} to {setting['maximum']}", "flag": "True or False",
                   "choice": f"one of {', '.join(setting['choices'])}"}.get(kind, "a str")
        raise ValueError(f"{value!r} is no value of the setting '{setting['name']}': it is {allowed}")
    return value


def settings(of: Mapping[str, Any], chosen: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    known = {setting["name"]: setting for setting in of["settings"]}
    for name in chosen:
        if name not in known:
            raise ValueError(f"there is no setting '{name}'; there are: {', '.join(known) or 'none'}")
    return {name: _value_of(setting, chosen.get(name, setting["default"])) for name, setting in known.items()}


def node_json(node: Node) -> dict[str, Any]:
    return {"name": node.name, "address": node.address, "profile": node.profile}


def told(of: Mapping[str, Any], context: Context, *, states: bool) -> dict[str, Any]:
    """What the head tells a hook. ``states``: also how each node is."""
    cluster = {"name": context.cluster.name,
               "head": {"hostname": context.cluster.head.hostname, "address": context.cluster.head.address},
               "profiles": [{"name": profile.name} for profile in context.cluster.profiles]}
    if "nodes" in of["reads"]:
        cluster["nodes"] = [{**node_json(node), **({"state": node.state} if states else {})}
                            for node in context.cluster.nodes]
    if "users" in of["reads"]:
        cluster["users"] = [{"name": user.name, "uid": user.uid, "full_name": user.full_name}
                            for user in context.cluster.users]
    return {"extension": {"name": context.extension.name, "version": context.extension.version,
                          "directory": context.extension.directory, "data": context.extension.data},
            "cluster": cluster, "settings": dict(context.settings)}


def ask(of: Mapping[str, Any], hook: str, what: dict[str, Any], call: Call | None = None) -> dict[str, Any]:
    """What the hook answers, as the head reads it. Raises what a Python hook raises, AssertionError where a shell hook
    fails, and NotAllowed where the head does not take the answer."""
    check_hook(of, hook)
    if of["language"] == "python":
        function = getattr(importlib.import_module("extension"), hook)
        text = json.dumps(call_hook(function, hook, what, call), ensure_ascii=False, allow_nan=False)
        # Half of a surrogate pair is no text.
        answer = json.loads(text.encode())
    else:
        answer = _ask_program(hook, what, Path("content").absolute())
    if hook in CHECKS:
        CHECKS[hook](answer, of["name"])
    result: dict[str, Any] = answer
    return result


def check_hook(of: Mapping[str, Any], hook: str) -> None:
    if hook not in of["hooks"]:
        raise NotAllowed(f"'hooks' of the specification has no '{hook}'")


def missing_hooks(of: Mapping[str, Any]) -> list[str]:
    """The hooks of the specification that a Python module lacks."""
    if of["language"] != "python":
        return []
    module = importlib.import_module("extension")
    return [hook for hook in of["hooks"] if not callable(getattr(module, hook, None))]


def _environment(hook: str, what: Mapping[str, Any]) -> dict[str, str]:
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "HOME": "/",
                   "MUSTER_EXTENSION": what["extension"]["name"],
                   "MUSTER_EXTENSION_VERSION": what["extension"]["version"], "MUSTER_API": "1", "MUSTER_HOOK": hook}
    for name, value in what["settings"].items():
        environment[f"MUSTER_SETTING_{name.upper()}"] = (
            str(value) if not isinstance(value, bool) else "yes" if value else "no")
    return environment


#: Seconds that a hook may take, where it is not half a minute.
_TIMES = {"health": 10, "metrics": 10, "run": 600}


def _ask_program(hook: str, what: Mapping[str, Any], content: Path) -> dict[str, Any]:
    done = subprocess.run([content / "hooks" / hook], input=json.dumps(what), capture_output=True, text=True,
                          cwd=content, env=_environment(hook, what), timeout=_TIMES.get(hook, 30), check=False)
    if done.returncode != 0:
        raise AssertionError(f"hooks/{hook} ended with status {done.returncode}; it said: {done.stderr}")
    if hook in WITHOUT_ANSWER:
        return {}
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise AssertionError(f"hooks/{hook} printed no JSON ({error}): {done.stdout[:2000]!r}") from None
    if not isinstance(answer, dict):
        raise AssertionError(f"hooks/{hook} printed JSON that is no object")
    return answer
