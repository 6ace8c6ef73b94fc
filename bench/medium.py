"""Sizes of the medium and of what a node fetches, and a build with nothing to do."""

import json
import pathlib
import tempfile

from bench.figures import ISO, MUSTER, ROOT, timed


def image_of(iso):
    """The manifest of the default image on a medium."""
    with tempfile.TemporaryDirectory() as place:
        timed("xorriso", "-osirrox", "on", "-indev", iso, "-extract",
              "/muster/image/compute/manifest.json", f"{place}/manifest.json")
        return json.loads(pathlib.Path(place, "manifest.json").read_text(encoding="utf-8"))


def sizes(iso):
    """Megabytes of the medium, of a node's image, and of its kernel and initrd together."""
    image = image_of(iso)
    return (round(iso.stat().st_size / 1e6),
            round(sum(layer["size"] for layer in image["layers"]) / 1e6, 1),
            round((image["kernel"]["size"] + image["initrd"]["size"]) / 1e6, 1))


def run(figures):
    medium, image, boot = sizes(ISO)
    figures.record("ISO", medium, "MB")
    figures.record("node image", image, "MB", 220)
    figures.record("kernel and initrd of a node", boot, "MB", 45)
    seconds, _ = timed(MUSTER, "iso", "build", ROOT / "cluster.yaml", "-o", ISO)
    figures.record("ISO build with nothing changed", round(seconds, 2), "s", 2)
