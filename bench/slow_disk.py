"""The environment of a program for which every fsync takes 5 ms, and how many it made."""

import os
import pathlib

from bench.figures import ROOT, timed


class SlowDisk:
    """Compiles slow_disk.c into a directory."""

    def __init__(self, place):
        self.library = pathlib.Path(place, "slow_disk.so")
        self.count = pathlib.Path(place, "syncs")
        self.count.write_bytes(bytes(8))
        timed("gcc", "-O2", "-shared", "-fPIC", "-o", self.library, ROOT / "bench/slow_disk.c")

    def environment(self):
        return {"LD_PRELOAD": os.fspath(self.library), "MUSTER_SYNCS": os.fspath(self.count)}

    def syncs(self):
        """Since the directory was made."""
        return int.from_bytes(self.count.read_bytes(), "little")
