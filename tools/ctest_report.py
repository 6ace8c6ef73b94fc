#!/usr/bin/env python3
"""What a run of ctest came to: ctest_report.py REPORT.xml

Prints a line with the reason for each test of a JUnit report (ctest --output-junit) that failed or was
skipped, and last "N passed, N failed, N skipped". Exit: 0 none failed; 1 one did; 2 there is no report."""

import re
import sys
import xml.etree.ElementTree as ElementTree

# What ctest says of a test that was not run because it said so itself.
SKIPPED = ("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION_MATCHED")


def lines_of(case):
    """What the test printed."""
    return [line.strip() for line in (case.findtext("system-out") or "").splitlines() if line.strip()]


def why_skipped(case, message):
    """A program that ends with the status for something missing says 'skipped: …' before; GoogleTest gives the
    reason on the line below its own."""
    lines = lines_of(case)
    for line in lines:
        if line.startswith("skipped: "):
            return line.removeprefix("skipped: ")
    for line, after in zip(lines, lines[1:]):
        if re.search(r":\d+: Skipped$", line):
            return after
    return message


def why_failed(case, message):
    """GoogleTest gives the reason on the line below its own; of other programs the last line tells most."""
    lines = lines_of(case)
    for line, after in zip(lines, lines[1:]):
        if re.search(r": Failure$", line):
            return f"{line.rsplit('/', 1)[-1].removesuffix(': Failure')}: {after}"
    last = lines[-1] if lines else message
    return last if message in last else f"{message}: {last}"


def judge(case):
    """How one test ended, and the line to print of it."""
    name = case.get("name")
    failure, skip = case.find("failure"), case.find("skipped")
    message = next((found.get("message", "") for found in (failure, skip) if found is not None), "")
    if failure is None and case.get("status") == "run":
        return "passed", None
    if case.get("status") == "disabled":
        return "skipped", f"SKIPPED {name}: disabled where it is defined"
    if failure is None and message.startswith(SKIPPED):
        return "skipped", f"SKIPPED {name}: {why_skipped(case, message)}"
    # One that ctest could not start is "notrun", too, but nobody meant it to be.
    return "failed", f"FAILED {name}: {why_failed(case, message or case.get('status', 'no status'))}"


def main():
    path = sys.argv[1]
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"cannot read ctest's report '{path}': {error}; see ctest's own output", file=sys.stderr)
        return 2
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for outcome, line in map(judge, cases):
        counts[outcome] += 1
        if line:
            print(line)
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
