"""Speaks DHCP as firmware does (PXE specification §2.2) and prints what it was offered, by server, as
JSON.

Usage: dhcp_listener.py MAC ARCHITECTURE discover SERVERS | boot-server ADDRESS
`discover` broadcasts and stops when so many servers have answered; `boot-server` asks the one server
for what to load. Both stop after some seconds."""

import json
import os
import select
import socket
import struct
import sys
import time

SECONDS = 15
COOKIE = bytes((99, 130, 83, 99))
DISCOVER, REQUEST = 1, 3
SERVER_PORT, CLIENT_PORT, BOOT_SERVER_PORT = 67, 68, 4011


def packet(kind, mac, transaction, architecture, own_address):
    """A question; the flag asks for answers by broadcast."""
    head = struct.pack("!BBBB4sHH4s12x16s64x128x", 1, 1, 6, 0, transaction, 0, 0x8000,
                       socket.inet_aton(own_address), mac)
    options = [(53, bytes((kind,))), (55, bytes((1, 3, 43, 60, 66, 67))),
               (60, b"PXEClient:Arch:%05d:UNDI:003001" % architecture),
               (93, struct.pack("!H", architecture)), (94, b"\x01\x03\x10"), (97, b"\0" * 17)]
    return head + COOKIE + b"".join(bytes((code, len(data))) + data for code, data in options) + b"\xff"


def parse_options(rest):
    """Options by number (RFC 2132)."""
    options = {}
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        options[rest[0]] = rest[2:2 + rest[1]]
        rest = rest[2 + rest[1]:]
    return options


def parse(answer):
    """The members of an answer that say what it offers."""
    options = parse_options(answer[240:])
    file = options.get(67) or answer[108:236]
    return {"address": socket.inet_ntoa(answer[16:20]),
            "server": socket.inet_ntoa(options.get(54, b"\0" * 4)),
            "file": file.split(b"\0")[0].decode(),
            "menu": options.get(43, b"").decode("latin-1")}


def collect(wire, transaction, servers):
    """Offers by server."""
    offers = {}
    end = time.monotonic() + SECONDS
    while len(offers) < servers:
        if not select.select([wire], [], [], max(0, end - time.monotonic()))[0]:
            break
        answer = wire.recv(2048)
        if answer[4:8] == transaction and answer[236:240] == COOKIE:
            offer = parse(answer)
            offers[offer["server"]] = offer
    return offers


def own_address(server):
    """The address from which this machine speaks to the server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((server, SERVER_PORT))
        return probe.getsockname()[0]


def main():
    mac, architecture, verb, argument = sys.argv[1:]
    transaction = os.urandom(4)
    asks_all = verb == "discover"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        wire.bind(("", CLIENT_PORT))
        question = packet(DISCOVER if asks_all else REQUEST, bytes.fromhex(mac.replace(":", "")),
                          transaction, int(architecture),
                          "0.0.0.0" if asks_all else own_address(argument))
        to = ("255.255.255.255", SERVER_PORT) if asks_all else (argument, BOOT_SERVER_PORT)
        wire.sendto(question, to)
        print(json.dumps(collect(wire, transaction, int(argument) if asks_all else 1)))


main()
