"""The Python side of muster-exthost: calls the hooks of one extension. Not for extensions."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
import traceback

from ._hooks import WrongAnswer, call_hook
from ._objects import CallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType
    from typing import Any

    from ._objects import Call

MODULE = "extension"
#: Characters of what a hook says besides its answer: the end of it, where a program says why it ends.
MOST_SAID = 4000


class Said:
    """What a hook prints: its end is kept for people."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, and not {type(text).__name__}")
        self.text = (self.text + text[-MOST_SAID:])[-MOST_SAID:]
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def shown(self) -> str:
        return shown(self.text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False


def shown(text: str) -> str:
    """What UTF-8 has no bytes for is replaced."""
    return text.encode(errors="replace").decode()


#: One for all hooks: what a module made when it was loaded, such as a handler of logs, goes on with it.
_SAID = Said()


class OutOfTime(BaseException):
    """Raised where a hook is when its time is over. No Exception, so that a hook does not catch it by accident."""


class Refused(Exception):
    """Why there is no answer, in words for people."""


def _end_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def _load(content: str) -> ModuleType:
    """The extension's module, once."""
    if MODULE in sys.modules:
        return sys.modules[MODULE]
    # Behind Python's own modules: a file of the extension's called json.py replaces nothing there.
    if content not in sys.path:
        sys.path.append(content)
    _check_compiled(os.path.join(content, f"{MODULE}.pyc"))
    return importlib.import_module(MODULE)


def _check_compiled(path: str) -> None:
    """Python says only that a number is bad."""
    if not os.path.exists(path):
        return
    with open(path, "rb") as file:
        magic = file.read(len(importlib.util.MAGIC_NUMBER))
    if magic != importlib.util.MAGIC_NUMBER:
        raise Refused(f"cannot be loaded: {MODULE}.pyc was compiled by another Python than this one, which is "
                      f"{sys.version_info.major}.{sys.version_info.minor}")


def _call(content: str, hook: str, told: dict[str, Any],
          call: Callable[[str, str], tuple[str, str]]) -> dict[str, Any]:
    function = getattr(_load(content), hook, None)
    if not callable(function):
        raise Refused(f"is missing: the module '{MODULE}' has no function '{hook}'")
    return call_hook(function, hook, told, _caller(call))


def _caller(call: Callable[[str, str], tuple[str, str]]) -> Call:
    """What a hook asks of the head, as objects."""
    def ask(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        returned, why = call(name, json.dumps(arguments, ensure_ascii=False, allow_nan=False))
        if why:
            raise CallError(why)
        told: dict[str, Any] = json.loads(returned)
        return told
    return ask


def _explain(error: BaseException, time: float) -> str:
    if isinstance(error, OutOfTime):
        return f"ran for more than {time:g} s"
    if isinstance(error, (Refused, WrongAnswer)):
        return str(error)
    if isinstance(error, SystemExit):
        return "called exit()"
    if isinstance(error, MemoryError):
        return "wanted more memory than there is"
    try:
        words = str(error)
    except Exception:  # A class of the extension's own.
        words = ""
    return f"raised {type(error).__name__}{': ' if words else ''}{words}"


def _trace(error: BaseException, said: Said) -> None:
    """The traceback without the frames of this package that lead to the hook."""
    if isinstance(error, (Refused, WrongAnswer)):
        return
    frames = error.__traceback__
    own = os.path.dirname(__file__)
    while frames is not None and os.path.dirname(frames.tb_frame.f_code.co_filename) == own:
        frames = frames.tb_next
    said.writelines(traceback.format_exception(type(error), error, frames))


def answer(content: str, hook: str, told: str, time: float,
           call: Callable[[str, str], tuple[str, str]]) -> tuple[str, str, str]:
    """Calls a hook. ``content``: where the extension's files are; ``told``: the hook's input as JSON; ``time``: in
    seconds; ``call``: asks the head, with the name of what is asked for and its arguments as JSON, for the answer as
    JSON or why there is none. The answer as JSON, which is empty where there is none, why there is none, and what the
    hook said besides."""
    said = _SAID
    said.text = ""
    sys.stdout = sys.stderr = said
    signal.signal(signal.SIGALRM, _end_of_time)
    try:
        signal.setitimer(signal.ITIMER_REAL, time)
        try:
            output = _call(content, hook, json.loads(told), call)
            text = json.dumps(output, ensure_ascii=False, allow_nan=False)
            # What is no text, such as half of a surrogate pair, is an error of the hook's.
            text.encode()
            return text, "", said.shown()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except BaseException as error:  # Whatever a hook does is an answer.
        _trace(error, said)
        return "", shown(_explain(error, time)), said.shown()
