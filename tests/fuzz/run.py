#!/usr/bin/env python3
"""Runs the libFuzzer programs one after the other: run.py BUILD --seconds NUMBER

The seconds are for all of them together. Each starts with its corpus and leaves what it found in BUILD/found. Ends with
"N passed, N failed, N skipped"."""

import argparse
import pathlib
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
SUFFIX = "_libfuzzer"
# For one input; a reader that takes longer is a defect.
LONGEST = 20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, required=True)
    options = parser.parse_args()
    programs = sorted((options.build / "tests").glob(f"*{SUFFIX}"))
    if not programs:
        print(f"'{options.build}' has no fuzzers; make them with: tools/build fuzz fuzzers", file=sys.stderr)
        return 2
    found = options.build / "found"
    found.mkdir(exist_ok=True)
    failed = 0
    for program in programs:
        name = program.name.removesuffix(SUFFIX)
        with tempfile.TemporaryDirectory(prefix="muster-fuzz-") as fresh:
            done = subprocess.run(
                [program, fresh, CORPUS / name, f"-max_total_time={max(1, options.seconds // len(programs))}",
                 f"-timeout={LONGEST}", "-print_final_stats=1", f"-artifact_prefix={found}/{name}-"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
        runs = next((line.split()[-1] for line in done.stdout.splitlines() if "number_of_executed_units" in line), "no")
        if done.returncode == 0:
            print(f"PASSED fuzz.{name}: {runs} inputs", flush=True)
        else:
            failed += 1
            print(done.stdout[-4000:])
            print(f"FAILED fuzz.{name}: it ended with {done.returncode}; the input is in '{found}'", flush=True)
    print(f"{len(programs) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
