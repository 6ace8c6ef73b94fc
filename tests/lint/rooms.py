"""Which rooms a room may include: the table of ARCHITECTURE.md, which is the rule for people and for lint.py."""

import pathlib
import re

TABLE = "## Rooms"


def read(root):
    """By room, the rooms that it may include; None: all of them. Errors (ValueError): a row that names no room."""
    page = (pathlib.Path(root) / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|[^|\n]*\| ([^|\n]+) \|$", page.split(TABLE)[1].split("\n## ")[0], re.MULTILINE)
    uses = {room.rstrip("/"): words for names, words in rows for room in re.findall(r"`([^`]+)`", names)}
    return {room: allowed(words, uses) for room, words in uses.items()}


def allowed(words, known):
    if words == "all":
        return None
    rooms = []
    for word in [] if words in ("nothing", "–") else words.split(", "):
        if word == "core":
            rooms += [room for room in known if room.startswith("core/")]
        elif word in known or f"core/{word}" in known:
            rooms.append(word if word in known else f"core/{word}")
        else:
            raise ValueError(f"ARCHITECTURE.md: '{word}' is no room")
    return rooms
