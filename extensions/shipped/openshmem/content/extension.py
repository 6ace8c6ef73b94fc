"""OpenSHMEM on nodes: examples, and a check."""

import json
from pathlib import Path
from typing import Any

import muster

JOB = "/usr/libexec/openshmem-check"
#: As long as the job may take, and wait for its nodes.
TIMEOUT = 300


def configure(context: muster.Context) -> muster.Steps:
    def program(path: str, name: str) -> muster.File:
        return muster.File(path, (Path(context.extension.directory) / name).read_text(encoding="utf-8"), mode=0o755)

    return muster.Steps(node=[program(JOB, "node-job"), program(f"{JOB}-process", "node-process")])


def run(context: muster.Context, verb: str, arguments: list[str]) -> muster.Answer:
    return check(context, arguments) if verb == "check" else example(context, arguments)


def example(context: muster.Context, arguments: list[str]) -> muster.Answer:
    programs = {file.stem: file for file in (Path(context.extension.directory) / "examples").glob("*.c")}
    if len(arguments) != 1 or arguments[0] not in programs:
        return muster.Answer(f"name an example: {' or '.join(sorted(programs))}\n", status=2)
    return muster.Answer(programs[arguments[0]].read_text(encoding="utf-8"))


def check(context: muster.Context, arguments: list[str]) -> muster.Answer:
    try:
        names = muster.node_names(",".join(arguments))
    except ValueError as error:
        return muster.Answer(f"{error}\n", status=2)
    if len(names) < 2:
        return muster.Answer("name at least two nodes, such as: muster ext run openshmem check n[001-004]\n", status=2)
    # Slurm knows which of the others are there.
    done = context.run_on_nodes(names[0], [JOB, ",".join(names), str(len(names))], timeout=TIMEOUT)[0]
    if not done.succeeded:
        return muster.Answer(f"the job failed: {(done.err or done.out or done.note).strip()}\n", status=1)
    # UCX writes what it has to say to the same place.
    lines = [line for line in done.out.splitlines() if line.startswith("{")]
    if len(lines) != 1:
        return muster.Answer(f"the job told nothing: {done.out.strip()}\n", status=1)
    found: dict[str, Any] = json.loads(lines[0])
    wrong = problems(found, names)
    text = "".join(f"{line}\n" for line in wrong) or (
        f"green: {len(names)} processes on {len(names)} nodes wrote into each other's memory\n")
    return muster.Answer(text, data=found, status=1 if wrong else 0)


def problems(found: dict[str, Any], names: list[str]) -> list[str]:
    """What is not as it must be. In the ring each process writes its number to the next one; below the lock each adds
    its number, from 1 on, as often as ``rounds``."""
    size, rounds = len(found["nodes"]), found["rounds"]
    wrong = []
    if sorted(found["nodes"]) != sorted(names):
        wrong.append(f"the processes were on {', '.join(sorted(found['nodes']))}")
    if found["ring"] != [(number - 1) % size for number in range(size)]:
        wrong.append(f"the ring brought {found['ring']}")
    if found["sum"] != rounds * size * (size + 1) // 2:
        wrong.append(f"the sum below the lock is {found['sum']}, and not {rounds * size * (size + 1) // 2}")
    return wrong
