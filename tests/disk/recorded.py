"""A disk that remembers every write and every flush in their order, and what it would hold after a power cut at any of
them.

QEMU's storage daemon records (blklogwrites; the format is that of Linux' dm-log-writes) and shows the disk as a file by
FUSE; a loop device makes a disk of it. A program marks what it was told is durable: a mark is a sector of its own beside
the file system, so it stands among the writes where it was made.
"""

import contextlib
import mmap
import os
import pathlib
import struct
import subprocess
import time

SECTOR = 512
MARKS = 1 << 20
MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
HEAD = struct.Struct("<QQQL")
ENTRY = struct.Struct("<QQQQ")
READY_SECONDS = 20
TURN_SECONDS = 0.01


def run(*argv):
    """The output of a program that must succeed."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv} ended with {done.returncode}: {done.stderr}"
    return done.stdout.strip()


def until(condition, what):
    """Waits for what has no event."""
    end = time.monotonic() + READY_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {READY_SECONDS} s: {what}"
        time.sleep(TURN_SECONDS)


@contextlib.contextmanager
def mounted(image, place, *options):
    """A file system in a file, mounted for a while."""
    place.mkdir(exist_ok=True)
    run("mount", "-o", ",".join(("loop", *options)), image, place)
    try:
        yield place
    finally:
        run("umount", place)


class RecordedDisk:
    """A recorded disk with ext4 at `mount`. Use as a context; it is replayed when it is closed."""

    def __init__(self, directory, size=96 << 20):
        self.directory = pathlib.Path(directory)
        self.size = size
        self.mount = self.directory / "mount"
        self._shown = self.directory / "shown"
        self._log = self.directory / "log"
        self._stack = None
        self._marks = None
        self._made = 0

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _start(self, stack):
        self.mount.mkdir()
        disk = self.directory / "disk"
        for file, size in ((disk, self.size + MARKS), (self._log, 0), (self._shown, 0)):
            file.touch()
            os.truncate(file, size)
        # Whether this machine's own disk has it is not the question: it is never switched off.
        lazy = "cache.no-flush=on"
        daemon = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "qemu-storage-daemon",
             "--blockdev", f"driver=file,node-name=disk,filename={disk},discard=unmap,{lazy}",
             "--blockdev", f"driver=file,node-name=log,filename={self._log},{lazy}",
             "--blockdev", f"driver=blklogwrites,node-name=recorded,file=disk,log=log,log-sector-size={SECTOR}",
             "--export", f"type=fuse,id=shown,node-name=recorded,mountpoint={self._shown},writable=on"])
        stack.callback(self._end, daemon)
        until(lambda: self._is_shown(daemon), "qemu-storage-daemon shows the disk")
        # One descriptor for all marks: to close it is a flush.
        self._marks = os.open(self._shown, os.O_WRONLY | os.O_DIRECT)
        stack.callback(os.close, self._marks)
        loop = run("losetup", "--find", "--show", "--direct-io=on", f"--sizelimit={self.size}", self._shown)
        stack.callback(self._wait_until_free)
        try:
            run("mkfs.ext4", "-q", loop)
            run("mount", loop, self.mount)
            stack.callback(run, "umount", self.mount)
        finally:
            # It goes with the mount, however this program ends.
            run("losetup", "--detach", loop)

    def _is_shown(self, daemon):
        assert daemon.poll() is None, f"qemu-storage-daemon ended with {daemon.poll()}; its lines above say why"
        return self._shown.stat().st_size == self.size + MARKS

    def _wait_until_free(self):
        """The kernel lets go of the loop device a little later."""
        until(lambda: not run("losetup", "--associated", self._shown), "the loop device is free")

    @staticmethod
    def _end(daemon):
        daemon.terminate()
        daemon.wait(timeout=READY_SECONDS)

    def mark(self):
        """Remembers that all that was answered so far is durable; the mark's number, from 1 on."""
        self._made += 1
        with mmap.mmap(-1, SECTOR) as block:
            block.write(struct.pack("<QQ", MAGIC, self._made))
            os.pwrite(self._marks, block, self.size)
        return self._made

    def entries(self):
        """What was recorded, in order: sector, number of sectors, flags, content."""
        with open(self._log, "rb") as log:
            magic, version, count, sector = HEAD.unpack(log.read(HEAD.size))
            assert (magic, version, sector) == (MAGIC, 1, SECTOR), f"no log of writes: {magic:x} {version} {sector}"
            at = SECTOR
            for _ in range(count):
                log.seek(at)
                first, number, flags, length = ENTRY.unpack(log.read(ENTRY.size))
                has = length if flags & MARK else 0 if flags & DISCARD else number * SECTOR
                log.seek(at + SECTOR)
                yield first, number, flags, log.read(has)
                at += SECTOR + (has + SECTOR - 1) // SECTOR * SECTOR

    def power_cuts(self, image):
        """For each time between two flushes in which something was marked: the last mark before the power fails. The
        file `image` has what the disk holds then at worst: what was written after the last flush is lost."""
        waiting, durable = [], 0
        with open(image, "w+b", buffering=0) as disk:
            disk.truncate(self.size + MARKS)
            for first, number, flags, content in self.entries():
                if flags & FLUSH:
                    if durable:
                        yield durable
                    durable = 0
                    for write in waiting:
                        apply(disk, *write)
                    waiting = []
                if first * SECTOR >= self.size:
                    if content[:8] == struct.pack("<Q", MAGIC):
                        durable = struct.unpack("<QQ", content[:16])[1]
                elif flags & FUA:
                    apply(disk, first, number, flags, content)
                else:
                    waiting.append((first, number, flags, content))
            if durable:
                yield durable


def apply(disk, first, number, flags, content):
    """Makes one write of the record."""
    disk.seek(first * SECTOR)
    disk.write(bytes(number * SECTOR) if flags & DISCARD else content)


def copy_of(image, place):
    """A copy that may be written to."""
    run("cp", "--sparse=always", "--reflink=auto", image, place)
    return place
