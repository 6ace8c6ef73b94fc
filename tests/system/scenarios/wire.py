"""What a node learns from the wire itself, and what it does when the head refuses it there."""

import subprocess
import sys

from harness.report import expect

IDENTITY = "/run/muster/agent/node.pem"

# Who lends an address for the shortest time that dnsmasq(8) knows.
LENDER, LEASE_SECONDS = "10.42.255.249", 120

SWITCH = {"system": "lab-switch", "port": "Ethernet1/7"}


def lldp_frame():
    """A whole frame as a switch sends it (IEEE 802.1AB): chassis, port, time to live, name, end."""
    def tlv(kind, value):
        return (kind << 9 | len(value)).to_bytes(2, "big") + value

    unit = (tlv(1, b"\x04\x02\x00\x00\x00\x00\x07") + tlv(2, b"\x05" + SWITCH["port"].encode()) +
            tlv(3, b"\x00\x78") + tlv(5, SWITCH["system"].encode()) + tlv(0, b""))
    return bytes.fromhex("0180c200000e" "020000000007" "88cc") + unit


def switch_port_is_known(lab, product, count):
    """A running node hears its switch, and the head knows the port."""
    send = ("import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); "
            f"s.bind(('wire', 0)); s.send(bytes.fromhex('{lldp_frame().hex()}'))")
    sent = lab.run_on_wire(sys.executable, "-c", send)
    expect(sent.returncode == 0, f"the frame was not sent: {sent.stderr}")
    for index in range(1, count + 1):
        name = product.node_of(f"n{index}").name

        def question(name=name):
            neighbour = product.hardware(name).get("lldp")
            return neighbour == SWITCH, neighbour

        product.wait_for(f"{name} knows its switch", question, 120)


def node_returns_to_work(lab, product, _count):
    """A node whose cable was out takes jobs again soon after it is plugged in. Slurm gives up a node
    that does not answer ("*") after two minutes; it is told so here."""
    lab.cable("pull", "n2")
    name = product.wait_for_node("n2", lambda node: node.stage == "lost", "is missed").name

    def is_in(wanted):
        state = lab.check("head", "sinfo", "--noheader", f"--nodes={name}", "--format=%T").strip()
        return state == wanted, state

    product.wait_for(f"{name} does not answer Slurm", lambda: is_in("idle*"), 120)
    lab.check("head", "scontrol", "update", f"nodename={name}", "state=down", "reason=Not responding")
    product.wait_for(f"{name} is given up", lambda: is_in("down*"), 20)
    lab.cable("plug", "n2")
    product.wait_for_node("n2", lambda node: node.state == "ready", "is heard again")
    product.wait_for(f"{name} is idle", lambda: is_in("idle"), 90)


def lease_ends(lab, product):
    """A node keeps its address when its lease ends and no server answers: what runs between nodes goes on."""
    node = product.node_of("n1")
    shown = lab.check("n1", "ip", "-brief", "-4", "address", "show", "to", node.address)
    card = shown.split()[0].split("@")[0]
    servers = product.main_processes("muster-dnsmasq.service")
    lab.check("head", "kill", "-STOP", *servers)
    try:
        lab.check_on_wire("ip", "address", "replace", f"{LENDER}/16", "dev", "wire")
        lender = lab.start_on_wire("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--user=root", "--port=0",
                                   "--interface=wire", "--bind-interfaces", "--leasefile-ro", "--dhcp-authoritative",
                                   f"--dhcp-range={node.address},{node.address},255.255.0.0,{LEASE_SECONDS}",
                                   f"--dhcp-host={node.mac},{node.address}")
        try:
            lab.check("n1", "systemctl", "restart", "systemd-networkd.service")

            def is_lent():
                lease = lab.exec("n1", "grep", "--recursive", "--no-filename", "", "/run/systemd/netif/leases").stdout
                return f"SERVER_ADDRESS={LENDER}" in lease and "LIFETIME=2min" in lease, lease

            product.wait_for("n1 has a short lease", is_lent, 60)
        finally:
            lab.stop_on_wire(lender)
            lab.check_on_wire("ip", "address", "delete", f"{LENDER}/16", "dev", "wire")
        lab.check("n1", "sleep", str(LEASE_SECONDS + 10), timeout=LEASE_SECONDS + 60)
        held = lab.check("n1", "ip", "-brief", "-4", "address", "show", "dev", card)
        expect(f" {node.address}/" in held, f"the node has {held}, and had {node.address}")
    finally:
        lab.check("head", "kill", "-CONT", *servers)


def refused_certificate(lab, product, _count):
    """A node whose certificate the head does not take enrols once more by itself, and stays ready."""
    strange = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-subj", "/CN=nobody", "-keyout", "-", "-out", "-"], check=True, capture_output=True, text=True)
    name = product.node_of("n1").name
    enrolments = product.count_events(name, "enrolled")
    lab.check("n1", "tee", IDENTITY, stdin=strange.stdout)
    product.wait_for_enrolment(name, enrolments, 300)
    product.wait_for_node("n1", lambda node: node.state == "ready", "is ready with a new certificate")
    expect(lab.check("n1", "cat", IDENTITY) != strange.stdout, "the strange certificate is still there")
