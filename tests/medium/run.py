#!/usr/bin/env python3
"""Inspects the ISO that was built: tests/medium/run.py --muster PROGRAM --iso ISO [--write]

What somebody who decides about the ISO wants to see of it is kept in tests/golden/medium.json, so that a review sees
what a change does to it: the ways in which it starts, its layers, the programs with more rights than who starts
them, and the units that start. --write writes that file anew. Ends with "N passed, N failed, N skipped".
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

# An emulated machine starts within half a minute, and hashes some tens of MB a second.
BOOT_SECONDS = 400

GOLDEN = pathlib.Path(__file__).parents[1] / "golden/medium.json"


class Medium:
    def __init__(self, muster, iso):
        self.muster = muster
        self.iso = iso

    def inspect(self, iso):
        done = subprocess.run([self.muster, "iso", "inspect", iso, "--json"], stdout=subprocess.PIPE, text=True,
                              check=False)
        return done.returncode, json.loads(done.stdout)

    def changed(self, folder, change):
        """A copy whose bytes `change` has changed in place. The next copy takes its room."""
        copy = pathlib.Path(folder) / "changed.iso"
        shutil.copyfile(self.iso, copy)
        with open(copy, "r+b") as file:
            change(file)
        return copy

    def findings(self, iso):
        status, report = self.inspect(iso)
        return status, [finding["message"] for finding in report["findings"]]

    def take(self, folder, name):
        """Copies one file of the ISO."""
        place = pathlib.Path(folder) / pathlib.Path(name).name
        place.unlink(missing_ok=True)
        subprocess.run(["xorriso", "-osirrox", "on", "-indev", self.iso, "-extract", name, place],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return place

    def boot_entry(self, folder, iso, name, word, memory="1024"):
        """Starts what this entry of the menu starts, with this ISO in the drive, until the console says the word: what
        it said."""
        menu = self.take(folder, "/boot/grub/grub.cfg").read_text()
        entry = menu[menu.index(f"--id {name} {{"):]
        arguments = re.search(r"linux \S+ (.*)", entry).group(1)
        command = ["qemu-system-x86_64", "-accel", "tcg", "-smp", "2", "-m", memory, "-nodefaults", "-display", "none",
                   "-serial", "stdio", "-no-reboot", "-nic", "none", "-cdrom", iso,
                   "-kernel", self.take(folder, "/live/vmlinuz"), "-initrd", self.take(folder, "/live/initrd.img"),
                   "-append", arguments]
        said = []
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              errors="replace") as machine:
            timer = threading.Timer(BOOT_SECONDS, machine.terminate)
            timer.start()
            for line in machine.stdout:
                said.append(line.strip())
                if word in line:
                    break
            machine.terminate()
            timer.cancel()
        return said


def golden_of(report):
    kept = {"starts": report["starts"], "remarks": [remark["message"] for remark in report["remarks"]], "layers": {}}
    for layer in report["layers"]:
        kept["layers"][layer["name"]] = {"privileged": layer["privileged"], "units": layer["units"]}
    return json.dumps(kept, indent=1) + "\n"


def replace(file, old, new):
    assert len(old) == len(new)
    file.seek(0)
    at = file.read().index(old)
    file.seek(at)
    file.write(new)


def flip(file, at):
    file.seek(at)
    byte = file.read(1)[0]
    file.seek(at)
    file.write(bytes([byte ^ 0x55]))


def nothing_is_wrong_with_it(medium, _folder):
    status, report = medium.inspect(medium.iso)
    assert not report["findings"], report["findings"]
    assert status == 0, f"status {status}"


def it_has_what_was_agreed_upon(medium, _folder):
    found = golden_of(medium.inspect(medium.iso)[1])
    kept = GOLDEN.read_text()
    if found == kept:
        return
    kept_lines, found_lines = kept.splitlines(), found.splitlines()
    less = [line.strip() for line in kept_lines if line not in found_lines]
    more = [line.strip() for line in found_lines if line not in kept_lines]
    raise AssertionError(f"'{GOLDEN}' is another: no longer {less}; new {more}; "
                         "when this is meant so, run this program with --write")


def its_bill_has_all_that_is_on_it(medium, folder):
    """A document of SPDX 2.3 whose elements are all there: files as SHA256SUMS has them, and the boot loaders."""
    bill = json.loads(medium.take(folder, "/muster/sbom.spdx.json").read_text())
    assert bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0", bill["spdxVersion"]
    known = {"SPDXRef-DOCUMENT", *(one["SPDXID"] for one in bill["packages"] + bill["files"])}
    assert len(known) == 1 + len(bill["packages"]) + len(bill["files"]), "two elements have one name"
    for relation in bill["relationships"]:
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= known, relation
    sums = dict(reversed(line.split("  ", 1)) for line in medium.take(folder, "/SHA256SUMS").read_text().splitlines())
    hashes = {one["fileName"].removeprefix("./"): one["checksums"][1]["checksumValue"] for one in bill["files"]}
    wrong = [name for name, value in sums.items() if hashes.get(name, value) != value]
    assert not wrong, wrong
    missing = sorted(set(sums) - set(hashes))
    assert missing == ["isolinux/isolinux.bin", "muster/sbom.spdx.json"], missing
    packages = {one["name"]: one for one in bill["packages"]}
    for name in ["isolinux", "syslinux-common", "shim", "grub2", "amd64-microcode", "grub-efi-amd64-signed", "shim-signed", "memtest86+",
                 "linux-image-amd64", "cli11", "nlohmann-json3"]:
        assert name in packages, f"no '{name}'"
    assert "mtools" not in packages, "a program that only helped to make the ISO"
    ours = packages["musterd"]["externalRefs"][0]["referenceLocator"]
    assert ours.startswith("pkg:deb/muster/musterd@"), ours
    told = [one for one in bill["packages"] if one["licenseDeclared"] != "NOASSERTION"]
    assert len(told) > len(bill["packages"]) / 2, f"{len(told)} of {len(bill['packages'])} have licences"
    for name in ["isolinux", "memtest86+", "intel-microcode"]:
        assert "opyright" in medium.take(folder, f"/muster/licences/{name}").read_text(errors="replace"), name
    texts = {one["licenseId"] for one in bill["hasExtractedLicensingInfos"]}
    named = {word for one in told for word in re.findall(r"LicenseRef-[\w.-]+", one["licenseDeclared"])}
    assert named == texts, named ^ texts


def its_lock_has_every_package(medium, _folder):
    iso = pathlib.Path(medium.iso)
    lock = json.loads(iso.with_suffix(".lock.json").read_text())
    locked = {(one["name"], one["version"]) for layer in lock["layers"] for one in layer["packages"]}
    assert all(len(one["sha256"]) == 64 for layer in lock["layers"] for one in layer["packages"])
    lines = iso.with_suffix(".packages").read_text().splitlines()
    there = {tuple(line.split()[1:3]) for line in lines if not line.startswith("#")}
    free = {name for name, version in there if (name, version) not in locked}
    assert free == {"muster", "musterd", "muster-agent"}, free


def a_changed_byte_of_a_layer_is_found(medium, folder):
    size = pathlib.Path(medium.iso).stat().st_size
    status, findings = medium.findings(medium.changed(folder, lambda file: flip(file, size // 2)))
    assert status == 1, f"status {status}"
    assert any(".squashfs' is not what SHA256SUMS says" in finding for finding in findings), findings


def a_changed_boot_loader_is_found(medium, folder):
    """What BIOS firmware starts first; a message of it is other."""
    copy = medium.changed(folder, lambda file: replace(file, b"ISOLINUX ", b"ISOLINUZ "))
    status, findings = medium.findings(copy)
    assert status == 1, f"status {status}"
    assert any("'isolinux/isolinux.bin' is not what SHA256SUMS says" in finding for finding in findings), findings


def a_menu_that_loads_what_is_not_there_is_found(medium, folder):
    old = b"/live/vmlinuz boot=live"
    copy = medium.changed(folder, lambda file: replace(file, old, old.replace(b"vmlinuz", b"vmlinux")))
    status, findings = medium.findings(copy)
    assert status == 1, f"status {status}"
    assert any("loads 'live/vmlinux', which is not there" in finding for finding in findings), findings


def the_microcode_of_both_vendors_comes_first(medium, folder):
    """Before the initial RAM disk, and uncompressed: behind anything else the kernel does not find it."""
    menu = medium.take(folder, "/boot/grub/grub.cfg").read_text()
    wanted = "initrd /muster/microcode/amd.img /muster/microcode/intel.img /live/initrd.img\n"
    assert menu.count(wanted) == menu.count("linux /live/vmlinuz"), menu
    for name, vendor in [("amd", b"AuthenticAMD"), ("intel", b"GenuineIntel")]:
        image = medium.take(folder, f"/muster/microcode/{name}.img").read_bytes()
        assert image.startswith(b"070701") and b"kernel/x86/microcode/" + vendor + b".bin" in image, name


def the_menu_checks_a_whole_one(medium, folder):
    said = medium.boot_entry(folder, medium.iso, "check", "Verification")
    assert "Verification success" in said[-1], said[-10:]


def the_menu_finds_a_changed_byte(medium, folder):
    size = pathlib.Path(medium.iso).stat().st_size
    changed = medium.changed(folder, lambda file: flip(file, size // 2))
    said = medium.boot_entry(folder, changed, "check", "Verification")
    assert "Verification failed" in said[-1], said[-10:]


def the_menu_starts_a_head_that_is_all_in_memory(medium, folder):
    said = medium.boot_entry(folder, medium.iso, "memory", "Muster head '", memory="2560")
    assert "Muster head '" in said[-1], said[-10:]
    assert any("to RAM" in line for line in said), "the medium was not copied"


TESTS = [nothing_is_wrong_with_it, it_has_what_was_agreed_upon, its_bill_has_all_that_is_on_it,
         its_lock_has_every_package, a_changed_byte_of_a_layer_is_found, a_changed_boot_loader_is_found,
         a_menu_that_loads_what_is_not_there_is_found,
         the_microcode_of_both_vendors_comes_first, the_menu_checks_a_whole_one,
         the_menu_finds_a_changed_byte, the_menu_starts_a_head_that_is_all_in_memory]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--muster", required=True)
    parser.add_argument("--iso", required=True)
    parser.add_argument("--write", action="store_true", help="write what is agreed upon anew")
    arguments = parser.parse_args()
    medium = Medium(arguments.muster, arguments.iso)
    if arguments.write:
        GOLDEN.write_text(golden_of(medium.inspect(medium.iso)[1]))
        return 0
    failed = 0
    with tempfile.TemporaryDirectory(dir=pathlib.Path(arguments.iso).parent) as folder:
        for test in TESTS:
            try:
                test(medium, folder)
                print(f"PASSED medium.{test.__name__}", flush=True)
            except (AssertionError, OSError, ValueError, KeyError, IndexError, subprocess.CalledProcessError) as error:
                failed += 1
                print(f"FAILED medium.{test.__name__}: {error}", flush=True)
    print(f"{len(TESTS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
