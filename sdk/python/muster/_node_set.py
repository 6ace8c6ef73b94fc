"""Sets of nodes, as people write them."""

from __future__ import annotations

import itertools
import math
import re

MOST_NAMES = 65_536


class NoNodeSet(ValueError):
    """Why a text names no nodes."""


def node_names(text: str) -> list[str]:
    """The names of a node set: names with ranges, such as ``n[001-003,007]`` or ``rack[1-2]n[1-9/2]``, behind each
    other. Groups are not known. Raises ValueError for what is no node set, or has more than 65,536 names."""
    names: list[str] = []
    for one in re.findall(r"(?:[^\s,\[\]]|\[[^\[\]]*\])+", text):
        parts = re.split(r"\[([^\[\]]*)\]", one)
        choices = [[part] if i % 2 == 0 else _numbers(part) for i, part in enumerate(parts)]
        if len(names) + math.prod(map(len, choices)) > MOST_NAMES:
            raise NoNodeSet(f"'{text}' has more than {MOST_NAMES} names")
        names += ["".join(each) for each in itertools.product(*choices)]
    if text.count("[") != text.count("]") or any(sign in text for sign in "!&^@"):
        raise NoNodeSet(f"'{text}' is no node set that extensions read")
    return sorted(set(names))


def _numbers(ranges: str) -> list[str]:
    numbers: list[str] = []
    for each in ranges.split(","):
        match = re.fullmatch(r"(\d+)(?:-(\d+)(?:/(\d+))?)?", each)
        if match is None:
            raise NoNodeSet(f"'{each}' is no range")
        first, last, step = match[1], match[2] or match[1], int(match[3] or 1)
        is_padded = first.startswith("0") and len(first) > 1
        if int(first) > int(last) or step == 0 or (is_padded and len(first) != len(last)):
            raise NoNodeSet(f"'{each}' is no range: it goes down, or pads its ends differently")
        if int(last) - int(first) > step * MOST_NAMES:
            raise NoNodeSet(f"'{each}' has more than {MOST_NAMES} numbers")
        width = len(first) if is_padded else 0
        numbers += [f"{number:0{width}d}" for number in range(int(first), int(last) + 1, step)]
    return numbers
