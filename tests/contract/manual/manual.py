#!/usr/bin/env python3
"""The manual pages are whole: manual.py same|readable PROGRAM SOURCE.

same: muster(1) names every verb and every long option that the program has, and no other.
readable: groff reads every page without a warning, cluster.yaml(5) as the program makes it too.
Prints each breach; exits with 1 when there is one."""

import pathlib
import re
import subprocess
import sys

# Every verb has it; the page says so once.
EVERYWHERE = {"--help"}
# Nouns that take words which are no verbs of theirs.
TAKES_WORDS = {"help"}
# The head of an item, such as ".It Ic node list Oo Fl -json Oc Op Ar nodes".
VERB = re.compile(r"^\.It Ic ((?:[a-z]+ ?)+?)(?= [A-Z]|$)")
OPTION = re.compile(r"\bFl -([a-z-]+)")


def complete(program, *words):
    """What the program would complete `words` to; the last one is the word at the cursor."""
    result = subprocess.run([program, "complete", "--", *words], check=True, capture_output=True,
                            text=True)
    return {line for line in result.stdout.splitlines() if not line.startswith(":")}


def program_verbs(program):
    """The program's verbs, "node list", each with its long options."""
    verbs = {}
    for noun in complete(program, ""):
        below = complete(program, noun, "") if noun not in TAKES_WORDS else set()
        for words in ([noun, verb] for verb in below) if below else [[noun]]:
            verbs[" ".join(words)] = complete(program, *words, "-") - EVERYWHERE
    return verbs


def manual_verbs(page):
    """The verbs that the page has items for, each with the long options it names below them."""
    verbs = {}
    verb = None
    for line in page.splitlines():
        if line.startswith((".Sh ", ".Ss ")):
            verb = None
        if found := VERB.match(line):
            verb = found.group(1)
            verbs[verb] = set()
        if verb is not None:
            verbs[verb] |= {f"--{name}" for name in OPTION.findall(line)}
    return verbs


def check_same(program, source):
    """Verbs and options of the program and of the page, in both directions."""
    has = program_verbs(program)
    says = manual_verbs((source / "docs/man/muster.1").read_text(encoding="utf-8"))
    breaches = [] if has else [f"{program} names no verb"]
    breaches += [f"muster(1) lacks '{verb}'" for verb in sorted(has.keys() - says.keys())]
    breaches += [f"muster(1) has '{verb}', the program not" for verb in sorted(says.keys() - has.keys())]
    for verb in sorted(has.keys() & says.keys()):
        breaches += [f"muster(1): '{verb}' lacks {name}" for name in sorted(has[verb] - says[verb])]
        breaches += [f"muster(1): '{verb}' has {name}, the program not"
                     for name in sorted(says[verb] - has[verb])]
    return breaches


def check_readable(program, source):
    """What groff says about each page."""
    made = subprocess.run([program, "spec", "reference", "--man"], check=True, capture_output=True).stdout
    pages = {path.name: path.read_bytes() for path in sorted((source / "docs/man").iterdir())}
    pages["cluster.yaml.5"] = made
    breaches = []
    for name, text in pages.items():
        result = subprocess.run(["groff", "-mdoc", "-K", "utf8", "-T", "utf8", "-ww", "-z"], input=text,
                                check=False, capture_output=True)
        said = result.stderr.decode().splitlines()
        breaches += [f"{name}: {line}" for line in said]
        if result.returncode != 0 and not said:
            breaches.append(f"{name}: groff ended with {result.returncode}")
    return breaches


def main():
    check, program, source = sys.argv[1:4]
    found = {"same": check_same, "readable": check_readable}[check](program, pathlib.Path(source))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
