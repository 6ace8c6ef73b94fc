"""Pages of one width: a line of a sentence is no longer, so that a page reads the same in every terminal and difference."""

import pathlib
import re

WIDEST = 120
# What a program wrote.
GENERATED = {"docs/reference/cluster-yaml.md"}


def wide_lines(text):
    """Numbers of lines of sentences that are too long. Code, tables and headings have no width, and a word has none."""
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        is_free = is_code or re.match(r"\s*[|#<]|    ", line) or " " not in line.strip()
        if len(line) > WIDEST and not is_free:
            yield number


def check(root, files):
    breaches = []
    for path in files:
        place = pathlib.Path(root) / path
        if path in GENERATED or "/fixtures/" in path or not place.is_file():
            continue
        breaches += [f"{path}:{number}: is wider than {WIDEST}; wrap the paragraph"
                     for number in wide_lines(place.read_text(encoding="utf-8"))]
    return breaches
