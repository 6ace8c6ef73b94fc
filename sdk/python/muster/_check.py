"""What the head takes of what hooks answer and ask for, as tests check it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MOST_TEXT = 1 << 20
MOST_VALUES = 1000
MOST_VALUE_BYTES = 1 << 20
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_KEY = re.compile(r"[!-~]{1,100}")


class NotAllowed(AssertionError):
    """The extension wants something that its specification does not ask for: the head refuses that."""


def _refuse(is_wrong: bool, words: str) -> None:
    if is_wrong:
        raise NotAllowed(words)


def _members(value: Any, place: str, needed: set[str], optional: set[str]) -> None:
    _refuse(not isinstance(value, dict), f"{place} is {value!r}, and no object")
    _refuse(not needed <= set(value), f"{place} lacks {sorted(needed - set(value))}")
    _refuse(not set(value) <= needed | optional, f"{place} has {sorted(set(value) - needed - optional)}")


def _text(value: Any, place: str, *, most: int = MOST_TEXT) -> None:
    _refuse(not isinstance(value, str), f"{place} is {value!r}, and no text")
    _refuse("\0" in value or len(value.encode()) > most, f"{place} has NUL, or more than {most} bytes")


def _list(value: Any, place: str, most: int) -> Sequence[Any]:
    _refuse(not isinstance(value, list), f"{place} is {value!r}, and no list")
    _refuse(len(value) > most, f"{place} has more than {most} members")
    members: list[Any] = value
    return members


def check_health(answer: Mapping[str, Any], _extension: str) -> None:
    _members(answer, "the answer", {"problems"}, set())
    for problem in _list(answer["problems"], "problems", 100):
        _members(problem, "a problem", {"what"}, {"next"})
        for name, text in problem.items():
            _text(text, f"'{name}' of a problem")
        _refuse(not problem["what"], "'what' of a problem is empty")


def check_metrics(answer: Mapping[str, Any], extension: str) -> None:
    _members(answer, "the answer", {"metrics"}, set())
    prefix = extension.replace("-", "_") + "_"
    names: set[str] = set()
    samples = 0
    for metric in _list(answer["metrics"], "metrics", 200):
        _members(metric, "a metric", {"name", "samples"}, {"help", "type"})
        name = metric["name"]
        _text(name, "the name of a metric", most=200)
        _refuse(not _NAME.fullmatch(name) or not name.startswith(prefix),
                f"the metric '{name}' is not {prefix} and small letters, digits and '_'")
        _refuse(name in names, f"the metric '{name}' comes twice")
        names.add(name)
        _refuse(metric.get("type", "gauge") not in ("gauge", "counter"), f"'type' of {name} is neither gauge nor counter")
        samples += len(_list(metric["samples"], f"samples of {name}", 20_000))
        _samples(metric["samples"], name)
    _refuse(samples > 20_000, "there are more than 20000 samples")


def _samples(samples: Sequence[Any], name: str) -> None:
    known: set[str] = set()
    for sample in samples:
        _members(sample, f"a sample of {name}", {"value"}, {"labels"})
        value, labels = sample["value"], sample.get("labels", {})
        _refuse(isinstance(value, bool) or not isinstance(value, (int, float)), f"a value of {name} is {value!r}, and no number")
        _members(labels, f"labels of {name}", set(), set(labels) if isinstance(labels, dict) else set())
        _refuse(len(labels) > 10, f"a sample of {name} has more than 10 labels")
        for label, text in labels.items():
            _refuse(not _NAME.fullmatch(label) or label.startswith("__"), f"'{label}' of {name} is no label")
            _text(text, f"the label '{label}' of {name}")
        text = json.dumps(labels, sort_keys=True)
        _refuse(text in known, f"two samples of {name} have the same labels")
        known.add(text)


def check_run(answer: Mapping[str, Any], _extension: str) -> None:
    _members(answer, "the answer", set(), {"text", "data", "status"})
    _text(answer.get("text", ""), "'text'")
    status = answer.get("status", 0)
    _refuse(type(status) is not int or not 0 <= status <= 255, f"'status' is {status!r}, and no number from 0 to 255")
    _refuse("data" in answer and not isinstance(answer["data"], dict), "'data' is no object")


CHECKS: Mapping[str, Callable[[Mapping[str, Any], str], None]] = {
    "health": check_health, "metrics": check_metrics, "run": check_run}


def why_no_key(key: Any) -> str:
    """Empty: it is one."""
    if isinstance(key, str) and _KEY.fullmatch(key):
        return ""
    return f"{key!r} is no key: a key has 1 to 100 printable characters of ASCII without blanks"


def why_no_values(values: Mapping[str, Any]) -> str:
    """Why an extension cannot have all these; empty: it can."""
    wrong = next((why for why in map(why_no_key, values) if why), "")
    if wrong or len(values) > MOST_VALUES:
        return wrong or f"an extension has at most {MOST_VALUES} values of its own"
    if len(json.dumps(values, ensure_ascii=False).encode()) > MOST_VALUE_BYTES:
        return f"an extension has at most {MOST_VALUE_BYTES} bytes of values of its own"
    return "" if _depth(values) <= 14 else "a value has too many lists and objects in each other"


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
