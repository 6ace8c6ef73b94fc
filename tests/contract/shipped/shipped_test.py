"""The extensions that come with Muster, as their authors try them. Arguments: MUSTER SOURCE CACHE."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

MUSTER, CACHE = sys.argv[1], sys.argv[3]
SOURCE = pathlib.Path(sys.argv[2]).resolve()
PROJECTS = sorted(path.parent for path in SOURCE.glob("extensions/shipped/*/extension.yaml"))
SDK = SOURCE / "sdk/python"


def run(*argv):
    done = subprocess.run(argv, env=os.environ | {"PYTHONPATH": str(SDK), "MYPYPATH": str(SDK)}, capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class ShippedExtensions(unittest.TestCase):
    def test_each_passes_its_own_tests(self):
        self.assertTrue(PROJECTS)
        for project in PROJECTS:
            with self.subTest(project.name):
                self.assertTrue((project / "tests").is_dir())
                status, said = run(MUSTER, "ext", "test", project)
                self.assertEqual(status, 0, said)

    def test_each_can_be_packed_and_is_found(self):
        status, said = run(MUSTER, "ext", "search", "--json")
        self.assertEqual(status, 0, said)
        offers = {each["name"]: each for each in json.loads(said)["extensions"]}
        self.assertEqual(sorted(offers), [project.name for project in PROJECTS])
        for name, offer in offers.items():
            with self.subTest(name):
                status, said = run(MUSTER, "ext", "check", offer["file"])
                self.assertEqual((status, said.count("which comes with Muster")), (0, 1), said)

    def test_images_have_units_of_an_extension_disabled_until_it_says_so(self):
        plan = json.loads(self.plan("  - name: monitoring\n    settings: [keep_days=7]\n")[1])
        for place, unit in (("head_image", "prometheus.service"), ("head_image", "prometheus-node-exporter.service"),
                            ("node_image", "prometheus-node-exporter.service")):
            said = [step for step in plan[place]["steps"] if step.get("unit") == unit]
            self.assertEqual([step["state"] for step in said], ["disabled"], place)

    def test_settings_in_cluster_yaml_are_checked_before_an_iso_is_made(self):
        for setting, words in (("open=maybe", "no value of 'open'"), ("opne=yes", "did you mean 'open'")):
            status, said = self.plan(f"  - name: monitoring\n    settings: [{setting}]\n")
            self.assertEqual(status, 2, said)
            self.assertIn(words, said)

    def plan(self, extensions):
        """What `muster plan` says of a cluster with these."""
        with tempfile.TemporaryDirectory() as place:
            file = pathlib.Path(place) / "a.yaml"
            file.write_text("schema: 1\nname: a\nextensions:\n" + extensions, encoding="utf-8")
            return run("env", "MUSTER_DATA=/nowhere", MUSTER, "plan", file, "--json")

    def test_each_is_typed_as_strictly_as_mypy_can(self):
        for project in PROJECTS:
            if not (project / "content/extension.py").exists():
                continue
            with self.subTest(project.name):
                status, said = run("mypy", "--strict", "--cache-dir", CACHE, *project.glob("content/*.py"))
                self.assertEqual(status, 0, said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
