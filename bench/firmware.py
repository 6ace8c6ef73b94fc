"""What firmware costs: `network` and `all` beside `none`."""

import os
import pathlib
import tempfile

from bench.figures import ISO, MUSTER, ROOT, timed
from bench.medium import sizes


def run(figures):
    with tempfile.TemporaryDirectory(dir=os.environ["MUSTER_CACHE"]) as place:
        none = sizes_with("none", place)
        measured = {"network": sizes(ISO), "all": sizes_with("all", place)}
        for index, name in enumerate(["ISO", "node image", "kernel and initrd"]):
            figures.record(f"{name}, firmware: none", none[index], "MB")
            for firmware, found in measured.items():
                figures.record(f"{name}, firmware: {firmware}", found[index], "MB", None,
                               "firmware: none", found[index] / none[index])


def sizes_with(firmware, place):
    """The sizes of the default cluster's ISO with other firmware."""
    spec = pathlib.Path(place, "cluster.yaml")
    text = (ROOT / "cluster.yaml").read_text(encoding="utf-8")
    spec.write_text(f"{text}\nfirmware: {firmware}\n", encoding="utf-8")
    iso = pathlib.Path(place, f"{firmware}.iso")
    # A cache of its own: the user's keeps few layers, and would lose theirs to these.
    timed(MUSTER, "iso", "build", spec, "-o", iso, "--cache", pathlib.Path(place, "cache"))
    return sizes(iso)
