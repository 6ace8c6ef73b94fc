"""What a benchmark prints: a line for each figure, and build/bench.json for programs."""

import contextlib
import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
# Not the one that somebody made for a cluster.
ISO = BUILD / "bench/muster-amd64.iso"
RELEASE = BUILD / "release/apps"
MUSTER = RELEASE / "muster/muster"
MUSTERD = RELEASE / "musterd/musterd"


def conditions():
    """Where and of what a figure was measured."""
    def git(*words):
        done = subprocess.run(["git", "-c", f"safe.directory={ROOT}", *words], cwd=ROOT, check=False,
                              capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    models = {line.split(":", 1)[1].strip() for line in
              pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if line.startswith("model name")}
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "commit": git("rev-parse", "--short=12", "HEAD"),
            "changed": bool(git("status", "--porcelain")), "processors": len(os.sched_getaffinity(0)),
            "processor": ", ".join(sorted(models))}


class Figures:
    """Collects figures; those of an earlier run stay until they are measured again. Each has what it was measured of."""

    def __init__(self, path):
        self._path = path
        self._conditions = conditions()
        self._figures = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []

    @contextlib.contextmanager
    def under(self, **more):
        """Figures that are measured meanwhile have these conditions as well."""
        before = self._conditions
        self._conditions = {**before, **more}
        try:
            yield
        finally:
            self._conditions = before

    def record(self, name, value, unit, goal=None, compared_with=None, ratio=None, **more):
        """Keeps and prints one figure. `ratio` is the value divided by that of `compared_with`; what else is known of
        the figure, such as the accelerator of machines, is kept beside it."""
        figure = {"name": name, "value": value, "unit": unit, "compared_with": compared_with,
                  "ratio": None if ratio is None else round(ratio, 3), "goal": goal,
                  "conditions": {**self._conditions, **more}}
        self._figures = [other for other in self._figures if other["name"] != name] + [figure]
        beside = f"{figure['ratio']} of {compared_with}" if compared_with else ""
        wanted = f"goal {goal}" if goal is not None else ""
        print(f"{name:48} {value:>10} {unit:6} {beside:34} {wanted}".rstrip(), flush=True)
        self._path.write_text(json.dumps(self._figures, indent=1) + "\n", encoding="utf-8")


def timed(*command, **options):
    """Runs a command; its wall time in seconds and its output."""
    start = time.monotonic()
    done = subprocess.run([str(word) for word in command], check=False, capture_output=True,
                          text=True, **options)
    seconds = time.monotonic() - start
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr[-2000:] or done.stdout[-2000:]}")
    return seconds, done.stdout
