"""A program of the head in front of somebody at a terminal."""

import fcntl
import os
import pty
import select
import subprocess
import termios

PATIENCE_SECONDS = 30


def read_until(terminal, end):
    """What a program says on a terminal, up to `end` or its own end."""
    said = b""
    while end not in said:
        if not select.select([terminal], [], [], PATIENCE_SECONDS)[0]:
            raise AssertionError(f"the program says nothing more after {said!r}")
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # EIO: nobody has the other side any more.
            break
        if not piece:
            break
        said += piece
    return said


def on_terminal(machine, *words):
    """The program as a process, and our side of its terminal."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(machine.inside(*words), stdin=theirs, stdout=theirs, stderr=theirs,
                               start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    os.close(theirs)
    return program, ours
