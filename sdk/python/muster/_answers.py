"""What hooks return besides steps."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


class _Said:
    """Something that a hook returns. It is compared and shown by what it says."""

    _json: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As the head reads it."""
        return dict(self._json)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Said) and type(self) is type(other) and self._json == other._json

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._json.items())})"


class Problem(_Said):
    """What somebody should see to, as ``muster status`` shows it. ``next``: what to do."""

    def __init__(self, what: str, next: str = "") -> None:
        self._json = {"what": what, "next": next}

    @property
    def what(self) -> str:
        what: str = self._json["what"]
        return what

    @property
    def next(self) -> str:
        next_step: str = self._json["next"]
        return next_step


class Metric(_Said):
    """A figure, as ``muster metrics`` shows it. Its name begins with that of the extension and '_'. Either ``value``, or
    ``samples``: pairs of labels and a value, such as ``[({"room": "a"}, 21.5)]``. A counter only grows."""

    def __init__(self, name: str, value: float | None = None, *, help: str = "", counter: bool = False,
                 samples: Iterable[tuple[Mapping[str, str], float]] = ()) -> None:
        all_samples: list[tuple[dict[str, str], float]] = [({}, value)] if value is not None else []
        all_samples += [(dict(labels), number) for labels, number in samples]
        self._json = {"name": name, "help": help, "type": "counter" if counter else "gauge",
                      "samples": [{"labels": labels, "value": number} for labels, number in all_samples]}

    @property
    def name(self) -> str:
        name: str = self._json["name"]
        return name

    @property
    def samples(self) -> list[tuple[dict[str, str], float]]:
        return [(sample["labels"], sample["value"]) for sample in self._json["samples"]]


class Answer(_Said):
    """What a verb answers: ``text`` for people, ``data`` for programs, and the ``status`` with which ``muster ext run``
    ends."""

    def __init__(self, text: str = "", *, data: Mapping[str, Any] | None = None, status: int = 0) -> None:
        self._json = {"text": text, "status": status}
        if data is not None:
            if not hasattr(data, "keys"):
                raise TypeError(f"data is {type(data).__name__}, and must be a dict")
            self._json["data"] = dict(data)

    @property
    def text(self) -> str:
        text: str = self._json["text"]
        return text

    @property
    def data(self) -> Mapping[str, Any] | None:
        return self._json.get("data")

    @property
    def status(self) -> int:
        status: int = self._json["status"]
        return status
