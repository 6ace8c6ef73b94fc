"""What `firmware: network` costs beside `firmware: none`."""

import os
import pathlib
import tempfile

from bench.figures import ISO, MUSTER, ROOT, timed
from bench.medium import sizes


def run(figures):
    with tempfile.TemporaryDirectory(dir=os.environ["MUSTER_CACHE"]) as place:
        spec = pathlib.Path(place, "cluster.yaml")
        text = (ROOT / "cluster.yaml").read_text(encoding="utf-8")
        spec.write_text(text + "\nfirmware: none\n", encoding="utf-8")
        bare = pathlib.Path(place, "bare.iso")
        timed(MUSTER, "iso", "build", spec, "-o", bare)
        for name, ours, theirs in zip(["ISO", "node image", "kernel and initrd"], sizes(ISO),
                                      sizes(bare)):
            figures.record(f"{name}, firmware: none", theirs, "MB")
            figures.record(f"{name}, firmware: network", ours, "MB", None, "firmware: none",
                           ours / theirs)
