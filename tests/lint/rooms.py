"""Which rooms a room may include: the table of ARCHITECTURE.md, which is the rule for people and for lint.py."""

import pathlib
import re

TABLE = "## Rooms"
# Whose namespace is not the last part of the folder: core/base is what all use, and the command line is one of several
# programs.
NAMESPACES = {"core/base": "", "apps/muster": "cli", "apps/cli11": None, "bench": None, "tests": None, "cmake": None}
ROW = re.compile(r"\| (`[^|]+`) \|[^|]*\| ([^|]+) \|")


def read(root):
    """By room, the rooms that it may include; None: all of them. Errors (ValueError): a row that cannot be read, or names
    no room."""
    page = (pathlib.Path(root) / "ARCHITECTURE.md").read_text(encoding="utf-8")
    lines = [line for line in page.split(TABLE)[1].split("\n## ")[0].splitlines() if line.startswith("|")]
    uses = {}
    for line in lines[2:]:
        row = ROW.fullmatch(line)
        if row is None:
            raise ValueError(f"ARCHITECTURE.md: no row of a room: {line}")
        for room in re.findall(r"`([^`]+)`", row[1]):
            uses[room.rstrip("/")] = row[2]
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


def without_row(folders, known):
    """Folders that are rooms, as they have a CMakeLists.txt, and that the table does not name."""
    return [folder for folder in folders if folder not in known and not folder.startswith("apps/") and folder not in ("", "core")]


def expected_namespace(path, room):
    """What a file's namespace begins with; none: any."""
    folder = path.rpartition("/")[0]
    place = folder if folder in NAMESPACES else room
    part = NAMESPACES.get(place, place.rpartition("/")[2])
    return None if part is None or path.endswith("/main.cpp") else ("muster::" + part).removesuffix("::")


def wrong_namespace(path, room, text):
    """A namespace of a file of which none is the one of its room; empty: all is well. Others may be declared there."""
    wanted = expected_namespace(path, room)
    found = re.findall(r"^namespace (muster[a-z_:]*) \{", text, re.MULTILINE)
    if wanted is None or not found or any(name == wanted or name.startswith(wanted + "::") for name in found):
        return ""
    return found[0]
