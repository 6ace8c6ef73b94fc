"""A whole build beside plain live-build making one ISO of the same packages on this machine: cold,
with downloads kept, and after one changed line of our own C++."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from bench.figures import MUSTER, ROOT, timed

LISTS = ["base", "head", "compute", "firmware-network"]
CHANGED = "apps/agent/main.cpp"
SENTENCE = "The agent of a Muster node."


def packages():
    """Every Debian package of the default specification's layers."""
    names = ["linux-image-amd64"]
    for name in LISTS:
        text = (ROOT / f"packaging/layers/{name}.list").read_text(encoding="utf-8")
        names += [line.split("#")[0].strip() for line in text.splitlines()]
    return sorted({name for name in names if name})


def archives():
    """The archive and the security archive that apt of this root uses."""
    found = {}
    for file in sorted(pathlib.Path("/etc/apt").glob("**/*.list")):
        for line in file.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if len(words) > 3 and words[0] == "deb":
                found[words[2]] = words[1]
    security = next((uri for suite, uri in found.items() if suite.endswith("-security")), None)
    return found["trixie"], security


def configure_live_build(folder):
    """What somebody would write who makes such an ISO by hand; zstd as ours, since the default xz
    would make live-build look worse than it must."""
    main, security = archives()
    words = ["lb", "config", "noauto", "--mode", "debian", "--distribution", "trixie",
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
    if security:
        words += ["--mirror-chroot-security", security, "--mirror-binary-security", security]
    timed(*words, cwd=folder)
    listed = folder / "config/package-lists/all.list.chroot"
    listed.write_text("\n".join(packages()) + "\n", encoding="utf-8")


def live_build(folder, again=False):
    """Seconds that `lb build` takes. Once more means after `lb clean`, which keeps what was downloaded
    and wants its configuration anew."""
    if again:
        timed("lb", "clean", cwd=folder)
        configure_live_build(folder)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return timed("lb", "build", cwd=folder, env=environment)[0]


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
    changed = text.replace(SENTENCE, f"{SENTENCE[:-1]}, {time.time_ns()}.")
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


def record(figures, name, ours, theirs, goal=None):
    """One pair of builds."""
    figures.record(f"lb build, {name}", round(theirs, 1), "s")
    figures.record(f"muster iso build, {name}", round(ours, 1), "s",
                   f"{goal} of lb build" if goal else None, "lb build", ours / theirs)


def run(figures):
    place = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ["MUSTER_CACHE"]))
    try:
        tree, cache, out = copy_tree(place), place / "cache", place / "muster.iso"
        # What is compared is making an ISO: both start with nothing downloaded and with our
        # programs compiled.
        timed(tree / "tools/packages", cwd=tree)
        plain = place / "plain"
        plain.mkdir()
        configure_live_build(plain)
        record(figures, "cold", muster_build(tree, cache, out), live_build(plain), 0.6)
        drop_layers(cache)
        again = live_build(plain, again=True)
        record(figures, "downloads kept", muster_build(tree, cache, out), again)
        change_one_line(tree)
        # Plain live-build has no smaller unit than the whole system.
        record(figures, "one line of C++ changed", muster_build(tree, cache, out), again, 0.1)
    finally:
        gone = subprocess.run(["rm", "-rf", "--one-file-system", place], check=False,
                              capture_output=True, text=True)
        if gone.returncode != 0:
            print(f"bench: '{place}' is still there: {gone.stderr.strip()}", file=sys.stderr)
