"""How hooks are called, and what they may return: for the host and for tests."""

from __future__ import annotations

from ._answers import Answer, Metric, Problem
from ._objects import context_of, events_of
from ._steps import Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._objects import Call

#: Hooks that answer nothing: what they print is for people.
WITHOUT_ANSWER = ("install", "nodes_ready", "nodes_failed", "nodes_left", "tick")
OF_NODES = ("nodes_ready", "nodes_failed", "nodes_left")


class WrongAnswer(Exception):
    """A hook returned something that it must not."""


def call_hook(function: Callable[..., Any], hook: str, told: dict[str, Any], call: Call | None) -> dict[str, Any]:
    """What a hook answers as the head reads it."""
    return answer_of(hook, function(*arguments_of(hook, told, call)))


def arguments_of(hook: str, told: dict[str, Any], call: Call | None) -> tuple[Any, ...]:
    context = context_of(told, call)
    if hook in OF_NODES:
        return context, events_of(told)
    if hook == "run":
        return context, told["verb"], list(told["arguments"])
    return (context,)


def answer_of(hook: str, returned: Any) -> dict[str, Any]:
    if hook in WITHOUT_ANSWER:
        if returned is None:
            return {}
        raise WrongAnswer(f"returned {type(returned).__name__}, and answers nothing")
    if isinstance(returned, dict):
        return returned
    if hook == "health":
        return {"problems": _list_of(returned, Problem)}
    if hook == "metrics":
        return {"metrics": _list_of(returned, Metric)}
    if hook == "run":
        return _verb_answer(returned)
    if isinstance(returned, Steps):
        return returned.to_json()
    raise WrongAnswer(f"returned {type(returned).__name__}, and not muster.Steps")


def _verb_answer(returned: Any) -> dict[str, Any]:
    if returned is None or isinstance(returned, str):
        return Answer(returned or "").to_json()
    if isinstance(returned, Answer):
        return returned.to_json()
    raise WrongAnswer(f"returned {type(returned).__name__}, and not a str or muster.Answer")


def _list_of(returned: Any, kind: type[Problem] | type[Metric]) -> list[dict[str, Any]]:
    try:
        each = iter(returned)
    except TypeError:
        raise WrongAnswer(f"returned {type(returned).__name__}, and not a list of muster.{kind.__name__}") from None
    members = []
    for one in each:
        if not isinstance(one, kind):
            raise WrongAnswer(f"returned a list with {one!r}, which is no muster.{kind.__name__}")
        members.append(one.to_json())
    return members
