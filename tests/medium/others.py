#!/usr/bin/env python3
"""Builds ISOs of other specifications than the default one and inspects them: others.py --muster PROGRAM --out FOLDER

Each file of tests/medium/specs is one. What is wrong with an ISO is told by `muster iso inspect`; its list of packages
must have what the specification asks for. Ends with "N passed, N failed, N skipped".
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys

SPECS = pathlib.Path(__file__).parent / "specs"
# What is added to a new project of the extension 'lamp', which one of them has.
RIGHTS = """\
  - place: node
    packages: [cowsay]
    reason: what the lamp says
  - place: head
    packages: [sl]
    reason: what the lamp does
"""


def pack(muster, folder):
    """The package of the extension, unsigned; its directory."""
    place = folder / "extensions"
    shutil.rmtree(folder / "lamp", ignore_errors=True)
    place.mkdir(exist_ok=True)
    subprocess.run([muster, "ext", "new", "lamp", "--directory", folder], stdout=subprocess.DEVNULL, check=True)
    with open(folder / "lamp/extension.yaml", "a", encoding="utf-8") as file:
        file.write(RIGHTS)
    subprocess.run([muster, "ext", "pack", folder / "lamp", "-o", place], stdout=subprocess.DEVNULL, check=True)
    return place


def build(muster, spec, iso, extensions):
    done = subprocess.run([muster, "iso", "build", spec, "-o", iso, "--json", "--extensions", extensions,
                           "--allow-unsigned"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr.splitlines()[-3:]


def inspect(muster, iso):
    done = subprocess.run([muster, "iso", "inspect", iso, "--json"], stdout=subprocess.PIPE, text=True, check=False)
    report = json.loads(done.stdout)
    assert not report.get("findings"), report["findings"]
    assert done.returncode == 0, f"iso inspect ended with {done.returncode}: {report}"


def wanted(muster, spec, extensions):
    """The packages that the specification names, with the layer that has to have them."""
    shown = subprocess.run([muster, "plan", spec, "--json", "--extensions", extensions], stdout=subprocess.PIPE, text=True, check=True)
    return {(layer["name"], package) for layer in json.loads(shown.stdout)["medium"]["layers"]
            for package in layer["packages"] if layer["name"] not in ("tools", "microcode")}


def look_at_packages(muster, spec, iso, extensions):
    there = {}
    for line in iso.with_suffix(".packages").read_text().splitlines():
        if not line.startswith("#"):
            layer, package = line.split()[:2]
            there.setdefault(package, set()).add(layer)
    # What a layer asks for may be in the one below it.
    missing = [f"{package} of {layer}" for layer, package in wanted(muster, spec, extensions)
               if not there.get(package, set()) & {layer, "base"}]
    assert not missing, missing
    if "lamp" in spec.read_text(encoding="utf-8"):
        assert there.get("cowsay") == {"image-compute"} and there.get("sl") == {"head"}, "the extension's packages"
        files = subprocess.run(["xorriso", "-indev", iso, "-find", "/muster/extensions"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, check=True).stdout
        assert "lamp-0.1.0.yaml" in files and "lamp-0.1.0.tgz" in files, files


def check(muster, spec, folder, extensions):
    iso = folder / f"{spec.stem}.iso"
    build(muster, spec, iso, extensions)
    inspect(muster, iso)
    look_at_packages(muster, spec, iso, extensions)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--muster", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path, help="where the ISOs are written")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    extensions = pack(arguments.muster, arguments.out)
    specs = sorted(SPECS.glob("*.yaml"))
    for spec in specs:
        try:
            check(arguments.muster, spec, arguments.out, extensions)
            print(f"PASSED medium.others.{spec.stem}", flush=True)
        except (AssertionError, OSError, ValueError, KeyError, subprocess.CalledProcessError) as error:
            failed += 1
            print(f"FAILED medium.others.{spec.stem}: {error}", flush=True)
    print(f"{len(specs) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
