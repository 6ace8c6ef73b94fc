#!/usr/bin/env python3
"""Checks of the source itself: lint.py format|rooms|doors|pages|length|names|words SOURCE. Prints each breach;
exits with 1 when there is one."""

import pathlib
import re
import subprocess
import sys

import anonymous_names
import rooms
import width
import words

# Doors to the world that only core/os may open: processes, files, sockets, users and groups, and clocks. Sockets and
# the like are known by their '::', which a function of ours has none of.
DOORS = re.compile(r"\b(popen|system|fork|execv\w*|posix_spawn\w*|std::ofstream|std::ifstream|fopen|opendir|"
                   r"(?:get|set|end|fget)(?:pw|gr|sp|sg)(?:ent|nam|uid|gid)(?:_r)?|getgrouplist|initgroups|lckpwdf|"
                   r"clock_gettime|gettimeofday)\s*\(|\bopen(?:at)?\s*\(.*\bO_[A-Z]+|"
                   r"(?<![\w>])::(socket|connect|bind|listen|accept4?|openat)\s*\(|"
                   r"\b(?:\w+_)?[cC]lock::now\s*\(")
# Files that open one in spite of that, as they came to be; no others.
DOORS_KNOWN = {
    "hpc/job_check_run.cpp",            # waits for daemons that tell no event
    "iso/builder.cpp",                  # how long a stage takes
    "provisioning/agent/fetch.cpp",     # writes while it receives
    "provisioning/agent/lldp.cpp",      # when a neighbour's word runs out
    "provisioning/agent/plan_follower.cpp",
    "provisioning/agent/plan_follower.h",
    "provisioning/agent/stage_one.cpp",  # sets the clock
}

# Lines of a file that somebody reads as one; docs/STYLE.md has the number.
LONGEST = 400
LENGTH_KNOWN = {}

# Which page of the documentation describes the paths that a source file answers.
PAGES = {
    "control/api/routes.cpp": "docs/reference/api.md",
    "provisioning/node_api.cpp": "docs/reference/node-protocol.md",
}


def files_of(root, *patterns):
    """The files below `root` that git knows or would take, of these names."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", root, "ls-files", "--cached", "--others",
                             "--exclude-standard", *patterns], check=True, capture_output=True, text=True)
    return [path for path in dict.fromkeys(listed.stdout.splitlines()) if (pathlib.Path(root) / path).exists()]


def sources(root):
    """The C++ files."""
    return files_of(root, "*.h", "*.cpp")


def room_of(path, known):
    """The room a file lies in: the longest one that its path starts with."""
    return max((room for room in known if path.startswith(room + "/")), key=len, default=None)


def check_format(root, files):
    """Every file is as clang-format writes it."""
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=root,
                            capture_output=True, text=True, check=False)
    return [line for line in result.stderr.splitlines() if "error:" in line]


def check_rooms(root, files):
    """Every file includes only the rooms that its own room may use, and has its room's namespace."""
    may_include = rooms.read(root)
    folders = [path.rpartition("/")[0] for path in files_of(root, "CMakeLists.txt", "*/CMakeLists.txt")
               if not path.startswith("tests/contract/growth/")]
    breaches = [f"{folder}: is a room and has no row in ARCHITECTURE.md" for folder in rooms.without_row(folders, may_include)]
    for path in files:
        room = room_of(path, may_include)
        allowed = may_include.get(room)
        if room is None:
            breaches.append(f"{path}: lies in no room")
        text = (pathlib.Path(root) / path).read_text(encoding="utf-8")
        if room is not None and (found := rooms.wrong_namespace(path, room, text)):
            breaches.append(f"{path}: lies in {room}, and has namespace {found}")
        if allowed is None:
            continue
        for included in re.findall(r'#include "([^"]+)"', text):
            other = room_of(included, may_include)
            if other is not None and other != room and other not in allowed:
                breaches.append(f"{path}: {room} may not include {included}")
    return breaches


def check_doors(root, files):
    """Only core/os starts processes and opens files."""
    breaches = []
    for path in files:
        if path.startswith(("core/os/", "tests/")) or path in DOORS_KNOWN:
            continue
        lines = (pathlib.Path(root) / path).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            code = re.sub(r'"(\\.|[^"\\])*"', '""', line.split("//")[0])
            if DOORS.search(code):
                breaches.append(f"{path}:{number}: {line.strip()}")
    return breaches


def is_described(path, described):
    """Whether a path in the source, or the start or end of one, is in the documentation."""
    if path.endswith("/"):
        return any(page.startswith(path) for page in described)
    return any(page == path or page.endswith(path) for page in described)


def is_answered(page, text):
    """Whether a path of the documentation is in the source: "/v1/nodes/NAME/events" is there as "/v1/nodes/{node}/events",
    or in two parts, around what stands for a name."""
    template = "{[a-z]+}".join(re.escape(part) for part in page.split("NAME"))
    return re.search(f'"{template}"', text) is not None or all(f'"{part}"' in text for part in re.split(r"[A-Z]+", page) if part)


def check_pages(root, _files):
    """Every path that is answered is described, and every path that is described is answered."""
    breaches = []
    for source, page in PAGES.items():
        text = (pathlib.Path(root) / source).read_text(encoding="utf-8")
        described = re.findall(r"^#+ `[A-Z]+ (/[^`?]+)(?:\?[^`]*)?`$",
                               (pathlib.Path(root) / page).read_text(encoding="utf-8"), re.MULTILINE)
        breaches += [f"{page}: does not describe {path}, which {source} answers"
                     for path in sorted(set(re.findall(r'"(/[a-z0-9/._{}-]*)"', text)))
                     if not is_described(re.sub("{[a-z]+}", "NAME", path), described)]
        breaches += [f"{page}: describes {path}, which {source} does not answer"
                     for path in described if not is_answered(path, text)]
    return breaches


def is_program(path):
    """Whether a file is C++, Python or shell: by its name, or by its first line."""
    if path.suffix in {".h", ".cpp", ".py", ".sh"}:
        return True
    with path.open("rb") as file:
        return re.match(rb"#!.*\b(bash|sh|python3)\b", file.readline(80)) is not None


def check_length(root, _files):
    """No file is longer than one can keep in mind."""
    breaches = []
    for path in files_of(root):
        place = pathlib.Path(root) / path
        if not place.is_file() or not is_program(place):
            continue
        count = len(place.read_text(encoding="utf-8").splitlines())
        if count > LENGTH_KNOWN.get(path, LONGEST):
            breaches.append(f"{path}: has {count} lines, {LENGTH_KNOWN.get(path, LONGEST)} are allowed; divide it")
    return breaches


def check_words(root, _files):
    """Every page of the documentation is in plain words."""
    return words.check(root, files_of(root, "*.md", "docs/man/*"))


def check_width(root, _files):
    """Every page has one width."""
    return width.check(root, files_of(root, "*.md"))


def main():
    check, root = sys.argv[1:3]
    found = {"format": check_format, "rooms": check_rooms, "doors": check_doors,
             "pages": check_pages, "length": check_length, "words": check_words, "width": check_width,
             "names": anonymous_names.check}[check](root, sources(root))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
