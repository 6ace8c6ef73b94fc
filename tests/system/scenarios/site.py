"""The head's second network: people come in by it, and jobs go out."""

import contextlib
import pathlib
import tempfile

from harness.report import expect

DESK = "192.0.2.1"
PAGE = "<p>a page of the site</p>"


def site_is_found(lab, product):
    """The card on which the site's DHCP server answers is the one that leads there, and the other one leads to
    the nodes; nobody was asked."""
    status = product.raw_status()
    expect(status["external"] is not None, f"the head has no network to the site: {status}")
    expect(status["external"]["address"].startswith("192.0.2."), f"no address: {status['external']}")
    expect(status["external"]["gateway"] == DESK, f"no router: {status['external']}")
    expect(status["route"] == "nat", f"nodes have no way out: {status['route']}")
    expect("Which card" not in lab.console("head"), "the head asked on its console")

    def question():
        return f"ssh root@{address_of(product)}" in lab.console("head"), lab.console("head")[-300:]

    product.wait_for("the console shows the site's address", question, 60)


def address_of(product):
    """The head's address in the site's network."""
    return product.raw_status()["external"]["address"].split("/")[0]


def nodes_reach_the_site(lab, product):
    """A node fetches a page from the site by name, and the site sees the head's address."""
    with web_server(lab) as seen:
        said = lab.check("n1", "curl", "--silent", "--show-error", "--max-time", "30",
                         "http://desk.site.example:8080/")
        expect(PAGE in said, f"the page did not arrive: {said}")
    asked = seen()
    expect(address_of(product) in asked, f"the site saw another address: {asked}")


@contextlib.contextmanager
def web_server(lab):
    """A page on the site, and a function that says who asked for it."""
    with tempfile.TemporaryDirectory(prefix="muster-site") as directory:
        pathlib.Path(directory, "index.html").write_text(PAGE, encoding="utf-8")
        server = lab.start_on_wire("python3", "-u", "-m", "http.server", "--bind", DESK, "--directory",
                                   directory, "8080")
        # It says so once it listens.
        log = [server.stdout.readline()]
        try:
            yield lambda: "".join(log)
        finally:
            lab.stop_on_wire(server)
            log.append(server.stdout.read())


def site_sees_little(lab, product):
    """From the site the head answers SSH, and nothing of the cluster; its address among the nodes does not
    answer there, nor does a node."""
    head = address_of(product)
    inside = product.raw_status()["head"]["address"]
    node = product.node_of("n1").address
    lab.check_on_wire("ip", "route", "replace", "10.42.0.0/16", "via", head)
    expect(reaches(lab, head, 22), "SSH does not answer from the site")
    for address, port in ((head, 80), (head, 443), (head, 2049), (head, 6817), (inside, 80), (node, 22)):
        expect(not reaches(lab, address, port), f"{address} answers port {port} from the site")


def reaches(lab, address, port):
    """Whether a connection from the site comes about."""
    connect = f"import socket; socket.create_connection(('{address}', {port}), timeout=3)"
    return lab.run_on_wire("python3", "-c", connect).returncode == 0
