"""A whole build beside plain live-build making one ISO of the same packages on this machine: cold, with downloads kept,
and after one changed line of our own C++.

Both compress alike and pack the same files of Debian's, so a ratio says what the way of building is worth. What
live-build takes with its own compression and with all files is a figure of its own; of it, and of a build of ours, comes
the list of what live-build is told to leave out. Builds take turns, and the median of three counts: the archives' proxy and
the page cache are warmer for whoever comes later."""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from bench.figures import MUSTER, ROOT, timed

LISTS = ["base", "head", "compute", "firmware-network"]
CHANGED = "apps/agent/main.cpp"
SENTENCE = "The agent of a Muster node."
# Ours are True: neither is always first.
TURNS = (True, False, False, True, True, False)
RELEASE = "trixie"
# As iso/squash.cpp.
LEVEL = "6"


def packages():
    """Every Debian package of the default specification's layers."""
    names = ["linux-image-amd64"]
    for name in LISTS:
        text = (ROOT / f"packaging/layers/{name}.list").read_text(encoding="utf-8")
        names += [line.split("#")[0].strip() for line in text.splitlines()]
    return sorted({name for name in names if name})


def archives():
    """The archive and the security archive that apt of this root uses, as apt itself reads its lists."""
    told = subprocess.run(["apt-get", "indextargets", "--no-release-info", "--format", "$(RELEASE) $(REPO_URI)",
                           "Identifier: Packages"], check=True, capture_output=True, text=True).stdout
    found = dict(line.split(" ", 1) for line in told.splitlines())
    security = next((uri for suite, uri in found.items() if suite.endswith("-security")), None)
    return found[RELEASE], security


def configure_live_build(folder, left_out=None):
    """What somebody would write who makes such an ISO by hand; zstd as ours, since the default xz would make live-build
    look worse than it must. `left_out`: patterns of what is not packed; with it comes our level of compression, and what
    dpkg does not unpack for us it does not unpack here."""
    folder.mkdir(exist_ok=True)
    main, security = archives()
    words = ["lb", "config", "noauto", "--mode", "debian", "--distribution", RELEASE,
             "--archive-areas", "main contrib non-free-firmware", "--mirror-bootstrap", main,
             "--mirror-chroot", main, "--mirror-binary", main, "--security",
             "true" if security else "false", "--updates", "true", "--linux-flavours", "amd64",
             "--linux-packages", "linux-image", "--initramfs", "live-boot", "--binary-image",
             "iso-hybrid", "--bootloaders", "syslinux,grub-efi", "--apt-indices", "false", "--apt-source-archives", "false", "--apt-options",
             "--yes -o Acquire::Retries=5 -o Acquire::Check-Valid-Until=false "
             "-o Acquire::Check-Date=false",
             "--apt-recommends", "false", "--debian-installer", "none", "--firmware-binary", "false",
             "--firmware-chroot", "false", "--memtest", "none", "--checksums", "none",
             "--win32-loader", "false", "--chroot-squashfs-compression-type", "zstd"]
    if left_out is not None:
        words += ["--chroot-squashfs-compression-level", LEVEL]
    if security:
        words += ["--mirror-chroot-security", security, "--mirror-binary-security", security]
    timed(*words, cwd=folder)
    listed = folder / "config/package-lists/all.list.chroot"
    listed.write_text("\n".join(packages()) + "\n", encoding="utf-8")
    if left_out is not None:
        write(folder / "config/rootfs/excludes", left_out)
        write(folder / "config/includes.chroot_before_packages/etc/dpkg/dpkg.cfg.d/90-left-out", never_unpacked())


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def never_unpacked():
    """What dpkg(1) leaves out of our layers, as settings of dpkg."""
    lines = (ROOT / "packaging/layers/unpack.exclude").read_text(encoding="utf-8").splitlines()
    return "".join(f"path-include={line[1:]}\n" if line.startswith("+") else f"path-exclude={line}\n"
                   for line in lines if line and not line.startswith("#"))


def files_in(squashed):
    """The paths of all files and directories in a squashed tree."""
    told = subprocess.run(["unsquashfs", "-l", "-dest", "", squashed], check=True, capture_output=True, text=True)
    return {line.strip("/") for line in told.stdout.splitlines() if line.strip("/")}


def left_out(theirs, ours):
    """What is in the first tree and not in the second, as patterns of mksquashfs(1); a directory stands for what is below."""
    patterns = []
    for path in sorted(theirs - ours):
        if "/" not in path or path.rpartition("/")[0] in ours:
            patterns.append(re.sub(r"([\\*?\[\]])", r"\\\1", path))
    return "".join(f"{pattern}\n" for pattern in patterns)


def live_build(folder, first="build"):
    """Seconds that `lb build` takes, or only `lb binary`."""
    return timed("lb", first, cwd=folder, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})[0]


def live_build_again(folder, patterns):
    """As live_build after `lb clean`, which keeps what was downloaded and wants its configuration anew."""
    timed("lb", "clean", cwd=folder)
    configure_live_build(folder, patterns)
    return live_build(folder)


def live_build_medium_again(folder):
    """The ISO alone from a system that is installed already: the least that live-build does when a package changed."""
    timed("lb", "clean", "--binary", cwd=folder)
    return live_build(folder, "binary")


def muster_build(tree, cache, out):
    """Seconds that our own build takes: packages and medium."""
    start = time.monotonic()
    timed(tree / "tools/packages", cwd=tree)
    timed(MUSTER, "iso", "build", tree / "cluster.yaml", "-o", out, "--cache", cache, "--data",
          tree / "packaging", "--packages", tree / "build/packages")
    return time.monotonic() - start


def change_one_line(tree):
    """A change that reaches the program: a sentence of its help."""
    file = tree / CHANGED
    text = file.read_text(encoding="utf-8")
    changed = re.sub(re.escape(SENTENCE[:-1]) + r"[0-9 ,]*\.", f"{SENTENCE[:-1]}, {time.time_ns()}.", text)
    if changed == text:
        raise RuntimeError(f"{CHANGED} has no line '{SENTENCE}' to change")
    file.write_text(changed, encoding="utf-8")


def copy_tree(place):
    """A copy of the checkout, so that the change is not made in ours."""
    return shutil.copytree(ROOT, place / "tree", symlinks=True,
                           ignore=lambda folder, names: {".git", "build"} & set(names)
                           if pathlib.Path(folder) == ROOT else set())


def drop_layers(cache):
    """Keeps the downloads and removes everything that was made of them."""
    shutil.rmtree(cache / "layers")


def record_sizes(figures, builds):
    """Of what was made from nothing: a changed line leaves layers of before."""
    theirs = builds.plain / "binary/live/filesystem.squashfs"
    figures.record("lb build, size of its system", round(theirs.stat().st_size / 1e6), "MB")
    ours = sum(layer.stat().st_size for layer in builds.layers())
    figures.record("muster iso build, size of its layers", round(ours / 1e6), "MB")


def remove(folder):
    """Removes what builds left."""
    gone = subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False, capture_output=True, text=True)
    if gone.returncode != 0:
        print(f"bench: '{folder}' is still there: {gone.stderr.strip()}", file=sys.stderr)


def record(figures, name, ours, theirs, goal=None, program="lb build"):
    """The medians of builds that took turns; `program` is theirs."""
    times = {True: [], False: []}
    for is_ours in TURNS:
        times[is_ours].append(ours() if is_ours else theirs())
    medians = {is_ours: statistics.median(found) for is_ours, found in times.items()}
    figures.record(f"{program}, {name}", round(medians[False], 1), "s", runs=times[False])
    figures.record(f"muster iso build, {name}", round(medians[True], 1), "s",
                   f"{goal} of {program}" if goal else None, program, medians[True] / medians[False],
                   runs=times[True])


class Builds:
    """Both ways of building below one directory, each with downloads of its own."""

    def __init__(self, place):
        self.tree, self.cache, self.plain = copy_tree(place), place / "cache", place / "plain"
        self.out = place / "muster.iso"
        self.all_files = set()
        self._left_out = None

    def ours(self):
        return muster_build(self.tree, self.cache, self.out)

    def ours_from_nothing(self):
        remove(self.cache)
        return self.ours()

    def ours_with_downloads(self):
        drop_layers(self.cache)
        return self.ours()

    def ours_with_a_change(self):
        change_one_line(self.tree)
        return self.ours()

    def theirs_with_all_files(self):
        configure_live_build(self.plain)
        seconds = live_build(self.plain)
        self.all_files = files_in(self.plain / "binary/live/filesystem.squashfs")
        return seconds

    def layers(self):
        return self.cache.glob("layers/*/layer.squashfs")

    def left_out(self):
        """What live-build packs and ours does not; both were made before."""
        if self._left_out is None:
            ours = set().union(*map(files_in, self.layers()))
            self._left_out = left_out(self.all_files, ours)
        return self._left_out

    def theirs_from_nothing(self):
        remove(self.plain)
        configure_live_build(self.plain, self.left_out())
        return live_build(self.plain)

    def theirs_with_downloads(self):
        return live_build_again(self.plain, self.left_out())


def run(figures):
    place = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ["MUSTER_CACHE"]))
    try:
        builds = Builds(place)
        # What is compared is making an ISO: our programs are compiled.
        timed(builds.tree / "tools/packages", cwd=builds.tree)
        seconds = builds.theirs_with_all_files()
        figures.record("lb build, cold, its own compression, all files", round(seconds, 1), "s")
        record(figures, "cold", builds.ours_from_nothing, builds.theirs_from_nothing, 0.6)
        record_sizes(figures, builds)
        record(figures, "downloads kept", builds.ours_with_downloads, builds.theirs_with_downloads)
        record(figures, "one line of C++ changed", builds.ours_with_a_change,
               lambda: live_build_medium_again(builds.plain), program="lb binary")
    finally:
        remove(place)
