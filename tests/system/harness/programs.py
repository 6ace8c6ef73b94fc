"""Programs of this machine."""

import subprocess

from harness.report import Failed


def run(*argv):
    """The output of a program that must succeed."""
    words = [str(word) for word in argv]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Failed(f"'{' '.join(words)}' ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout
