"""Images that somebody adds to a running head, and which of them nodes boot."""

import base64
import json
import pathlib
import tempfile

from harness.programs import run
from harness.report import expect
from scenarios import operations

MEDIUM = "/run/live/medium"
NEXT = "/root/next"
NEXT_ISO = "/root/next.iso"
MANIFEST = "muster/image/compute/manifest.json"
# What the other image has, and the medium's has not.
LAYER = "muster/95-next.squashfs"
MARK = "/etc/of-the-next-image"


def nodes_take_another_image_and_go_back(lab, product, count):
    """An image is added while nodes run, they take it one after another, and go back to the one before."""
    hashed = bring_next_medium(lab)
    before = images(lab)
    expect(len(before["images"]) == 1 and before["outdated"] == "", f"at first: {before}")
    own = before["images"][0]["id"]
    expect(lab.exec("head", "muster", "image", "add", f"{NEXT}/muster").returncode == 2, "what is no medium was taken")
    added = json.loads(lab.check("head", "muster", "image", "add", NEXT_ISO, "--json"))["images"]
    expect([image["name"] for image in added] == ["compute"], f"added: {added}")
    another = added[0]["id"]
    told = images(lab)
    expect(told["outdated"] == "", f"an image that nobody chose makes nodes outdated: {told}")
    expect(status_of(lab, hashed) == "200", "a file of an added image is not there")
    lab.check("head", "muster", "image", "set", "compute", another[:12])
    names = {f"n{index}": product.node_of(f"n{index}").name for index in range(1, count + 1)}
    told = images(lab)
    expect(runs(told, own) != "" and runs(told, another) == "" and told["outdated"] == runs(told, own),
           f"after the choice: {told}")
    take(lab, product, names)
    for machine in names:
        expect(lab.check(machine, "cat", MARK) == "next\n", f"{machine} does not run the other image")
    told = images(lab)
    expect(runs(told, own) == "" and runs(told, another) != "", f"after the restart: {told}")
    refused = lab.exec("head", "muster", "image", "remove", "--yes", f"compute@{another[:12]}")
    expect(refused.returncode == 1 and "nodes boot compute@" in refused.stderr, f"what nodes boot was removed: {refused}")
    lab.check("head", "muster", "image", "set", "compute", "iso")
    lab.check("head", "muster", "image", "remove", "--yes", f"compute@{another[:12]}")
    told = images(lab)
    gone = next(image for image in told["images"] if image["id"] == another)
    expect(not gone["available"] and gone["running"] != "", f"who runs what is gone: {told}")
    left = lab.check("head", "find", "/var/lib/muster-images", "-type", "f", "-not", "-name", "chosen.json",
                     "-not", "-name", "lock")
    expect(left == "", f"the removed image left {left}")
    expect(status_of(lab, hashed) == "404", "a file of the removed image is still there")
    take(lab, product, names)
    for machine in names:
        expect(lab.exec(machine, "cat", MARK).returncode == 1, f"{machine} still runs the other image")
    product.wait_for("all is well", lambda: product.is_well(count), operations.PATIENCE)
    lab.check("head", "rm", "-r", NEXT, NEXT_ISO)


def take(lab, product, names):
    """Nodes restart that run another image than they would boot, and run that one."""
    shown, _ = operations.restart_in_turn(lab, product, names, "@outdated")
    expect(shown["state"] == "done", f"the rolling restart: {shown}")
    told = images(lab)
    expect(told["outdated"] == "", f"after the restart: {told}")


def status_of(lab, hashed):
    """What nginx answers a node that asks for the file with this hash."""
    return lab.check("n1", "curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}",
                     f"http://10.42.0.1/blob/{hashed}")


def images(lab):
    """What the head says of its images."""
    return json.loads(lab.check("head", "muster", "image", "list", "--json"))


def runs(told, wanted):
    """The nodes that run the image with this id."""
    return next(image["running"] for image in told["images"] if image["id"] == wanted)


def bring_next_medium(lab):
    """Another ISO on the head: the same files, and one more layer. Returns that layer's hash."""
    manifest = json.loads(lab.check("head", "cat", f"{MEDIUM}/{MANIFEST}"))
    for file in (manifest["kernel"], manifest["initrd"], *manifest["layers"]):
        there = f"{NEXT}/{file['file']}"
        lab.check("head", "mkdir", "-p", there.rpartition("/")[0])
        lab.check("head", "cp", f"{MEDIUM}/{file['file']}", there)
    with tempfile.TemporaryDirectory() as place:
        root = pathlib.Path(place, "root")
        (root / "etc").mkdir(parents=True)
        (root / MARK.lstrip("/")).write_text("next\n", encoding="utf-8")
        layer = pathlib.Path(place, "layer")
        run("mksquashfs", root, layer, "-quiet", "-no-progress")
        lab.check("head", "sh", "-c", f"base64 --decode > {NEXT}/{LAYER}",
                  stdin=base64.b64encode(layer.read_bytes()).decode())
        size = layer.stat().st_size
    hashed = lab.check("head", "sha256sum", f"{NEXT}/{LAYER}").split()[0]
    manifest["layers"].append({"file": LAYER, "size": size, "sha256": hashed})
    lab.check("head", "mkdir", "-p", f"{NEXT}/{MANIFEST}".rpartition("/")[0])
    lab.check("head", "tee", f"{NEXT}/{MANIFEST}", stdin=json.dumps(manifest))
    lab.check("head", "xorriso", "-as", "mkisofs", "-quiet", "-r", "-o", NEXT_ISO, NEXT)
    return hashed
