"""What firmware with Secure Boot lets start, and what it does not."""

import contextlib
import mmap
import os
import pathlib
import tempfile

from harness.programs import run
from harness.report import expect
from scenarios import first_job

GRUB = "/EFI/boot/grubx64.efi"
# In the middle of its code; enough of it to be found once in each copy.
SLICE = 256


@contextlib.contextmanager
def changed_grub(iso):
    """A copy of the ISO with one bit of its boot loader changed, wherever that is."""
    cache = os.environ.get("MUSTER_CACHE", "/var/cache/muster")
    with tempfile.TemporaryDirectory(prefix="muster-changed-", dir=cache) as directory:
        copy, grub = pathlib.Path(directory, "changed.iso"), pathlib.Path(directory, "grub.efi")
        run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", GRUB, grub)
        run("cp", "--reflink=auto", iso, copy)
        content = grub.read_bytes()
        middle = len(content) // 2
        changed = change_all(copy, content[middle:middle + SLICE])
        expect(changed >= 2, f"the boot loader was found {changed} times, and is in the file system and in efi.img")
        yield copy


def change_all(path, content):
    """Changes one bit in every place of a file where this content is; how many there are."""
    found = 0
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as whole:
        at = whole.find(content)
        while at >= 0:
            whole[at] ^= 1
            found += 1
            at = whole.find(content, at + 1)
    return found


def node_boots_by_http(lab, product):
    """A node whose firmware knows no TFTP fetches its boot loader by HTTP."""
    first_job.nodes_are_ready(lab, product, 1)
    console = lab.console("n1")
    expect("HTTP Boot" in console and "/shimx64.efi" in console, f"the firmware used another way: {console[:2000]}")
    expect("PXE" not in console, "the firmware tried TFTP as well")


def changed_grub_is_refused(lab, product):
    """With Secure Boot a boot loader in which somebody changed one bit does not start, and its kernel neither."""

    def question():
        console = lab.console("head")
        expect("Linux version" not in console, "the kernel was started by a changed boot loader")
        return "Security Violation" in console, console[-200:]

    product.wait_for("the firmware refuses the boot loader", question, 120)
