"""The tutorial of extensions, followed word by word."""

import re
import shlex

from extension_room import ExtensionsTest
from units import SOURCE
from wire import until

PAGE = SOURCE / "docs/extension-tutorial.md"
PLACE = "/root/ext"


def parts_of(page):
    """What somebody who follows the page does, in its order: ("write", file, text), ("change", old, new) and
    ("run", words)."""
    file = None
    lines = iter(page.splitlines())
    for line in lines:
        if named := re.fullmatch(r"`(\S+)`:", line):
            file = named.group(1)
        elif line.startswith("```") and file:
            text = []
            for inside in lines:
                if inside == "```":
                    break
                text.append(inside)
            yield "write", file, "\n".join(text) + "\n"
            file = None
        elif line.startswith("Change `"):
            yield "change", *re.findall(r"`([^`]+)`", line + next(lines))[:4]
        elif line.startswith("    "):
            yield "run", shlex.split(line)


class Tutorial(ExtensionsTest):
    def follow(self, kind, *what):
        if kind == "write":
            self.machine.write(f"{PLACE}/{what[0]}", what[1])
        elif kind == "change":
            before, file, after = what[0], what[1], what[2]
            path = self.machine.path(f"{PLACE}/{file}")
            text = path.read_text(encoding="utf-8")
            self.assertIn(before, text)
            path.write_text(text.replace(before, after), encoding="utf-8")
        else:
            words = what[0][1:] if what[0][0] == "sudo" else what[0]
            done = self.machine.run("env", "-C", PLACE, *words)
            self.assertEqual(done.returncode, 0, (words, done.stdout, done.stderr))
            return done.stdout.decode()
        return ""

    def test_the_tutorial_works_word_by_word(self):
        node = self.node().boot().enrol()
        node.say("ready")
        said = []
        parts = list(parts_of(PAGE.read_text(encoding="utf-8")))
        self.assertEqual([part[0] for part in parts].count("write"), 3)
        for part in parts:
            if part[0] == "run" and part[1][-2:] == ["lives", "report"]:
                until(lambda: f"{node.name}: 1" in self.check("ext", "run", "lives", "report"), "the node is counted")
            if part[0] == "run" and "remove" in part[1]:
                (extension,) = self.listed()
                self.assertEqual((extension["version"], extension["active"]), ("0.2.0", True))
                self.assertEqual(extension["settings"][0]["value"], "Ada, room 12")
            said.append(self.follow(*part))
        self.assertTrue(any("OK" in each for each in said), "its tests passed")
        self.assertEqual(self.listed(), [])
