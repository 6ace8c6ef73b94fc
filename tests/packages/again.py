#!/usr/bin/env python3
"""Compiles the packages once more, under other circumstances, and compares them bit for bit: again.py DIRECTORY

The checkout is copied to another path and compiled from nothing by somebody with another umask, host name, time zone and
language, on one processor, without a compiler cache. What differs is told by file."""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NAME = "somewhere/else"
CIRCUMSTANCES = {"CCACHE_DISABLE": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "CCACHE_BASEDIR": ""}


def copy_checkout(place):
    """All but what was built."""
    return shutil.copytree(SOURCE, place / NAME, symlinks=True,
                           ignore=lambda folder, names: {"build"} & set(names) if pathlib.Path(folder) == SOURCE else set())


def compile_again(tree):
    """Packages in build/packages of the copy."""
    script = "hostname elsewhere && umask 077 && exec taskset --cpu-list 0 tools/packages"
    subprocess.run(["unshare", "--uts", "bash", "-c", script], cwd=tree, check=True,
                   env={**os.environ, **CIRCUMSTANCES})


def digests(directory):
    """The SHA-256 of each package by its file's name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.glob("*.deb"))}


def unpacked(package, place):
    """The SHA-256 of each file of a package."""
    subprocess.run(["dpkg-deb", "--raw-extract", package, place], check=True)
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in place.rglob("*") if path.is_file() and not path.is_symlink()}


def differences(first, again, place):
    """The files of two packages that differ; of none it is the archive itself."""
    trees = [unpacked(package, place / str(index)) for index, package in enumerate((first, again))]
    for tree in (place / "0", place / "1"):
        shutil.rmtree(tree)
    return sorted(name for name in trees[0].keys() | trees[1].keys()
                  if trees[0].get(name) != trees[1].get(name)) or ["its archive: order, times, owners or modes"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", type=pathlib.Path)
    options = parser.parse_args()
    before = digests(options.packages)
    if not before:
        print(f"'{options.packages}' has no packages; tools/packages makes them", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="muster-again-", dir=os.environ["MUSTER_CACHE"]) as directory:
        place = pathlib.Path(directory)
        tree = copy_checkout(place)
        compile_again(tree)
        after = digests(tree / "build/packages")
        if after == before:
            print(f"{len(before)} packages are the same, bit for bit")
            return 0
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) == after.get(name):
                continue
            if name not in before or name not in after:
                print(f"{name} is made once only")
                continue
            files = differences(options.packages / name, tree / "build/packages" / name, place)
            print(f"{name} differs in {', '.join(files)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
