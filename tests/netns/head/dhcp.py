"""DHCP as a machine's firmware, boot loader and system speak it: busybox udhcpc for leases, and plain
packets (RFC 2131) where all answers on the wire are the question."""

import json
import pathlib

SCRIPT = "/run/udhcpc.sh"
LISTENER = pathlib.Path(__file__).resolve().parent / "dhcp_listener.py"

# RFC 4578 §2.1 architectures as option 93, and what their clients call themselves.
BIOS = ("-V", "PXEClient:Arch:00000:UNDI:002001", "-x", "0x5d:0000")
UEFI = ("-V", "PXEClient:Arch:00007:UNDI:003001", "-x", "0x5d:0007")
UEFI_OTHER = ("-V", "PXEClient:Arch:00009:UNDI:003001", "-x", "0x5d:0009")
HTTP_BOOT = ("-V", "HTTPClient:Arch:00016:UNDI:003001", "-x", "0x5d:0010")
IPXE_BIOS = (*BIOS, "-x", "0xaf:0101")
IPXE_UEFI = (*UEFI, "-x", "0xaf:0101")
# The node's initrd (klibc's ipconfig).
INITRD = ("-V", "Linux ipconfig")
SYSTEM = ()


def lease(machine, kind=SYSTEM, tries=15):
    """What a client of `kind` is given, as udhcpc names it; empty when nobody answers."""
    machine.write(SCRIPT, '#!/bin/sh\n[ "$1" != bound ] || exec env\n', 0o755)
    done = machine.run("udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", str(tries), "-T", "1", "-s",
                       SCRIPT, "-O", "bootfile", "-O", "hostname", "-O", "router", *kind)
    words = (line.partition("=") for line in done.stdout.decode().splitlines())
    return {key: value for key, _, value in words}


def boot_file(answer):
    """What is to be loaded, wherever in the packet it stood."""
    return answer.get("bootfile") or answer.get("boot_file")


def ask_wire(machine, architecture, *words):
    """Runs the listener on the machine; offers by server."""
    done = machine.check("python3", "-c", LISTENER.read_text(encoding="utf-8"), machine.mac(),
                         str(architecture), *words)
    return json.loads(done)


def listen(machine, architecture, servers):
    """All offers that a machine's firmware gets, until `servers` of them have answered."""
    return ask_wire(machine, architecture, "discover", str(servers))


def ask_boot_server(machine, architecture, server):
    """What a server without addresses tells UEFI to load, asked as firmware does next."""
    return ask_wire(machine, architecture, "boot-server", server).get(server)
