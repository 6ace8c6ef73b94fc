#!/usr/bin/env python3
"""clang-tidy over all that is shipped: tidy.py BUILD SOURCE

BUILD has the compile_commands.json of a configured build. Nearly all of clang-tidy's time goes into the
headers of libraries, which it walks through once for each file it is given; so files whose own names do
not meet are read together, as one. Prints each finding; exits with 1 when there is one."""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

# More files in one reading would leave a processor without work at the end.
FILES_AT_ONCE = 32
DECLARED = re.compile(r"^(?:(?:struct|class|enum(?: class)?|union|using) (\w+) ?[={:]|.*?\b(k[A-Z]\w*)\b|.*?\b(\w+)\()")


class Source:
    """A file, and the names that only one file of its namespace may have."""

    def __init__(self, path):
        self.path = path
        text = path.read_text(encoding="utf-8")
        space = re.search(r"^namespace ([\w:]+) \{", text, re.MULTILINE)
        inner = re.findall(r"^namespace \{$(.*?)^\}  // namespace$", text, re.MULTILINE | re.DOTALL)
        lines = [line for part in inner for line in part.splitlines() if re.match(r"[A-Za-z\[]", line)]
        found = (DECLARED.match(line) for line in lines)
        self.names = {(space.group(1) if space else "", next(filter(None, match.groups())))
                      for match in found if match}
        if re.search(r"^int main\(", text, re.MULTILINE):
            self.names.add(("", "main"))


def group(sources):
    """Lists of sources that can be read as one file."""
    groups = []
    for source in sources:
        for members, names in groups:
            if len(members) < FILES_AT_ONCE and not names & source.names:
                members.append(source)
                names |= source.names
                break
        else:
            groups.append(([source], set(source.names)))
    return [members for members, _ in groups]


def read_flags(build):
    """What every compiler call of the build looks for and defines; the language is the project's."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        words = iter(shlex.split(entry["command"]))
        for word in words:
            if word.startswith(("-I", "-D", "-std=")):
                flags[(word,)] = None
            elif word == "-isystem":
                flags[(word, next(words))] = None
    return [word for flag in flags for word in flag]


def call(paths, flags, root, folder):
    """clang-tidy's lines for the files, read as one."""
    together = pathlib.Path(folder) / f"{abs(hash(tuple(paths)))}.cpp"
    together.write_text("".join(f'#include "{path}"\n' for path in paths), encoding="utf-8")
    done = subprocess.run(["clang-tidy", "--quiet", f"--config-file={root / '.clang-tidy'}",
                           f"--header-filter=^{re.escape(str(root))}/", str(together), "--", *flags],
                          capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode != 0 and not lines:
        lines = [f"{paths[0]}: clang-tidy ended with {done.returncode}: {done.stderr.strip()}"]
    return lines


def examine(members, flags, root, folder):
    """The findings in a group. One that cannot be read as one file is read in halves."""
    lines = call([str(source.path) for source in members], flags, root, folder)
    if len(members) > 1 and any("[clang-diagnostic-error" in line for line in lines):
        half = len(members) // 2
        return examine(members[:half], flags, root, folder) + examine(members[half:], flags, root, folder)
    return lines


def main():
    build, root = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", root, "ls-files", "--cached", "--others",
                             "--exclude-standard", "*.cpp"], check=True, capture_output=True, text=True).stdout.splitlines()
    sources = [Source(root / path) for path in listed
               if not path.startswith("tests/") and (root / path).exists()]
    flags = read_flags(build)
    groups = group(sources)
    lines = []
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda members: examine(members, flags, root, folder), groups):
            lines += found
    # A header is read in several groups.
    print("\n".join(dict.fromkeys(lines)))
    findings = sum(1 for line in dict.fromkeys(lines) if ": error: " in line)
    print(f"{len(sources)} files in {len(groups)} readings, {findings} findings")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
