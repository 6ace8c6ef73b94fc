#!/usr/bin/env python3
"""Real builds that go wrong: faults.py --muster PROGRAM

The layers of the ISO that was built before are there. A disk becomes full while an ISO is written, and a build is
interrupted while it makes a layer: an error is told, an older ISO stays whole, nothing is left over, and the next build
succeeds. A disk changes a download and a layer: both are noticed, and the ISO is the same. Ends with "N passed, N failed, N skipped"."""

import argparse
import contextlib
import hashlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

# The path above must be set first.
from harness.report import Failed, Report, expect  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# More than the check before a build asks for.
DISK_MIB = 700
# Then it takes so many bytes more.
MORE = 8 << 20
TURN_SECONDS = 0.005
PATIENCE = 300
OLDER = "an older ISO\n"
# Small ones. Which of them are in a layer is random: a run that went wrong may have left a layer.
PACKAGES = ("ed", "bc", "dc", "tree", "pv", "cowsay", "figlet", "sl")
CHOICES = 20
CACHE = pathlib.Path(os.environ["MUSTER_CACHE"])


class Build:
    """A build of a specification that was started."""

    def __init__(self, muster, spec, iso):
        self.process = subprocess.Popen([muster, "iso", "build", spec, "-o", iso], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = []

    def wait_for_line(self, word):
        """Reads what it says until a line has this word. Returns the line."""
        for line in self.process.stdout:
            self.said.append(line)
            if word in line:
                return line
        expect(False, f"no line with '{word}': {''.join(self.said[-20:])}")

    def finish(self):
        """Its status, and all that it said."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, "".join(self.said) + out


@contextlib.contextmanager
def small_disk(place):
    """A disk of its own at this directory."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "small", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def wait_for_partial(place, build):
    """Until the ISO is being written."""
    end = time.monotonic() + PATIENCE
    while not any(path.name.startswith("muster.iso.") and path.stat().st_size for path in place.iterdir()):
        expect(build.process.poll() is None, "it ended before it wrote anything")
        expect(time.monotonic() < end, "nothing is written")
        time.sleep(TURN_SECONDS)


def resize(place, size):
    """As if others took or gave back room on the disk, in one moment."""
    subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)


def a_disk_that_becomes_full(muster, place):
    """The error names the reason, the older ISO is as it was, and nothing else is there."""
    disk = place / "small"
    disk.mkdir()
    with small_disk(disk):
        iso = disk / "muster.iso"
        iso.write_text(OLDER, encoding="utf-8")
        build = Build(muster, SOURCE / "cluster.yaml", iso)
        wait_for_partial(disk, build)
        disk_now = os.statvfs(disk)
        used = (disk_now.f_blocks - disk_now.f_bfree) * disk_now.f_frsize
        resize(disk, used + MORE)
        status, said = build.finish()
        expect(status == 1, f"it ended with {status}: {said[-2000:]}")
        expect("No space left" in said or "full" in said, f"the reason is not told: {said[-2000:]}")
        left = sorted(path.name for path in disk.iterdir())
        expect(left == ["muster.iso"], f"left over: {left}")
        expect(iso.read_text(encoding="utf-8") == OLDER, "the older ISO is another")
        resize(disk, f"{DISK_MIB}m")
        status, said = Build(muster, SOURCE / "cluster.yaml", iso).finish()
        expect(status == 0, f"the next build ended with {status}: {said[-2000:]}")


def an_interrupt(muster, place):
    """The programs that it started end with it, no mount and no half layer stays, and the layers are not locked."""
    iso = place / "other.iso"
    before = state_of_cache()
    build = build_that_makes_a_layer(muster, place / "other.yaml", iso)
    # The moment is no matter; apt is at work then.
    time.sleep(2)
    status, said = interrupt(build)
    expect(status != 0 and "interrupted" in said, f"it ended with {status}: {said[-2000:]}")
    expect(state_of_cache() == before, f"left over: {state_of_cache() ^ before}")
    expect(not iso.exists(), "there is an ISO")
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        below = [line for line in mounts if "/layers/" in line]
    expect(not below, f"mounts stay: {below}")
    status, said = Build(muster, SOURCE / "cluster.yaml", place / "next.iso").finish()
    expect(status == 0, f"the next build ended with {status}: {said[-2000:]}")


def a_disk_that_changes_what_is_kept(muster, place):
    """A download and a layer of which a byte became another are made anew, and both are named."""
    iso, spec = place / "kept.iso", place / "kept.yaml"
    before = state_of_cache()
    status, said = build_that_makes_a_layer(muster, spec, iso).finish()
    expect(status == 0, f"it ended with {status}: {said[-2000:]}")
    whole = digest(iso)
    made = {name.rsplit("-", 1)[0]: CACHE / "layers" / name for name in state_of_cache() - before}
    expect({"head", "muster-head"} <= made.keys(), f"it made {made}")
    word = spec.read_text(encoding="utf-8").split("\nhead:\n  packages: [")[1].split("]")[0].split(", ")[0]
    download = next((CACHE / "apt/archives").glob(f"{word}_*.deb"))
    change_last_byte(download)
    change_last_byte(made["muster-head"] / "layer.squashfs")
    shutil.rmtree(made["head"])
    status, said = Build(muster, spec, iso).finish()
    expect(status == 0, f"the next build ended with {status}: {said[-2000:]}")
    expect(f"'{download}' is not what the archive has" in said, f"the download is not named: {said[-2000:]}")
    expect("has changed since it was made" in said, f"the layer is not named: {said[-2000:]}")
    expect(digest(iso) == whole, "the ISO is another")


def digest(file):
    """The SHA-256 of a file."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def change_last_byte(file):
    """As a disk that fails, or whoever may write there. The size is the same."""
    with open(file, "r+b") as content:
        content.seek(-1, os.SEEK_END)
        byte = content.read(1)[0]
        content.seek(-1, os.SEEK_END)
        content.write(bytes([byte ^ 1]))


def build_that_makes_a_layer(muster, spec, iso):
    """A build of a specification whose head has packages that no layer has yet, while it makes that layer."""
    for _ in range(CHOICES):
        write_with_packages(spec, random.sample(PACKAGES, random.randint(1, len(PACKAGES))))
        build = Build(muster, spec, iso)
        if "unchanged" not in build.wait_for_line("layer of the head"):
            return build
        interrupt(build)
    raise Failed(f"a layer of the head was there for each of {CHOICES} choices of packages")


def interrupt(build):
    """Its status, and all that it said. SIGTERM, since what is started in the background ignores SIGINT."""
    build.process.send_signal(signal.SIGTERM)
    return build.finish()


def write_with_packages(spec, packages):
    """The default specification with more packages on the head, whose layer is made anew."""
    text = (SOURCE / "cluster.yaml").read_text(encoding="utf-8")
    expect(text.count("\nhead:\n") == 1, "cluster.yaml has no section 'head'")
    spec.write_text(text.replace("\nhead:\n", f"\nhead:\n  packages: [{', '.join(packages)}]\n"), encoding="utf-8")


def state_of_cache():
    """What lies among the layers."""
    layers = CACHE / "layers"
    return {str(path.relative_to(layers)) for path in layers.iterdir()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--muster", required=True, type=pathlib.Path)
    options = parser.parse_args()
    muster = options.muster.resolve()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="muster-faults-", dir=os.environ["MUSTER_CACHE"]) as directory:
        for test in (a_disk_that_becomes_full, an_interrupt, a_disk_that_changes_what_is_kept):
            place = pathlib.Path(directory, test.__name__)
            place.mkdir()
            report.scenario(f"medium.{test.__name__}", lambda run=test, there=place: run(muster, there))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
