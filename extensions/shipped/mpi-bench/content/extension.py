"""How fast MPI is between nodes."""

import json
from pathlib import Path
from typing import Any

import muster
import picture

JOB = "/usr/libexec/mpi-bench"
#: As long as the job may take, and wait for its nodes.
TIMEOUT = 590


def configure(context: muster.Context) -> muster.Steps:
    def program(path: str, name: str) -> muster.File:
        return muster.File(path, (Path(context.extension.directory) / name).read_text(encoding="utf-8"), mode=0o755)

    return muster.Steps(node=[program(JOB, "node-job"), program(f"{JOB}-process", "node-process")])


def run(context: muster.Context, verb: str, arguments: list[str]) -> muster.Answer:
    try:
        names = muster.node_names(",".join(arguments))
    except ValueError as error:
        return muster.Answer(f"{error}\n", status=2)
    if len(names) < 2:
        return muster.Answer("name at least two nodes, such as: muster ext run mpi-bench run n[001-004]\n", status=2)
    # Slurm knows which of the others are there.
    job = [JOB, ",".join(names), str(len(names)), str(context.settings["transport"])]
    done = context.run_on_nodes(names[0], job, timeout=TIMEOUT)[0]
    if not done.succeeded:
        return muster.Answer(f"the job failed: {(done.err or done.note).strip()}\n", status=1)
    # UCX writes what it has to say to the same place.
    lines = [line for line in done.out.splitlines() if line.startswith("{")]
    if len(lines) != 1:
        return muster.Answer(f"the job told nothing: {done.out.strip()}\n", status=1)
    measured: dict[str, Any] = json.loads(lines[0]) | {"transport": context.settings["transport"]}
    return muster.Answer(picture.draw(measured) if verb == "plot" else table(measured), data=measured)


def table(measured: dict[str, Any]) -> str:
    """The figures for people."""
    nodes = measured["nodes"]
    lines = [f"messages between {nodes[0]} and {nodes[-1]}; allreduce over {len(nodes)} nodes; "
             f"carried by: {measured['transport']}", "",
             f"{'bytes':>9} {'latency/us':>12} {'bandwidth/(MB/s)':>17} {'allreduce/us':>13}"]
    for row in measured["rows"]:
        allreduce = f"{row['allreduce_us']:>13.2f}" if row["allreduce_us"] is not None else f"{'-':>13}"
        lines.append(f"{row['bytes']:>9} {row['latency_us']:>12.2f} {row['bandwidth_mbs']:>17.2f} {allreduce}")
    return "\n".join(lines) + "\n"
