"""A directory of a test's own, in which programs of the project run. A test is started with the source's directory."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()


class Scratch(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)

    def run_in(self, *argv, **environment):
        return subprocess.run([str(word) for word in argv], cwd=self.place, capture_output=True, text=True,
                              check=False, env={**os.environ, **environment})

    def write(self, name, text):
        """A file that may be run."""
        place = self.place / name
        place.write_text(text, encoding="utf-8")
        place.chmod(0o755)
