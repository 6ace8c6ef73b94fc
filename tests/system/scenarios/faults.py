"""What goes wrong in a machine room: each fault is named, and the cluster comes back from it."""

import contextlib
import json
import time

from harness.report import expect

# Seconds after its power came: an emulated head starts within a minute.
MOMENTS = range(14, 62, 4)
ROGUE_ADDRESS = "10.99.0.1"
HOST_KEY = "/etc/ssh/ssh_host_ed25519_key.pub"
# An image of 170 MB takes a minute: it comes for longer than the pause between two questions.
SLOW = ["tbf", "rate", "24mbit", "burst", "64kb", "latency", "400ms"]


def node_pulled_mid_image(lab, product):
    """A cable pulled while the image comes: the head names the stage; plugged in, it goes on."""
    with slow_head(lab):
        lab.power("reset", "n2")
        product.wait_for_node("n2", lambda node: node.state == "booting" and node.stage == "image",
                              "fetches its image")
        lab.cable("pull", "n2")
    node = product.wait_for_node("n2", lambda node: node.state == "failed", "is missed by the head")
    expect(node.stage == "image" and "is its cable in?" in node.reason, f"the head blames something else: {node}")
    verdict = product.why(node.name).splitlines()[0]
    expect(verdict.startswith(f"{node.name} failed at stage 'image': no message"), f"'node why' begins with: {verdict}")
    lab.cable("plug", "n2")
    product.wait_for_node("n2", lambda node: node.state == "ready", "is ready again")


@contextlib.contextmanager
def slow_head(lab):
    """Meanwhile the head sends as slowly as an old network does (tc-tbf(8))."""
    interface = head_facts(lab)["interface"]
    lab.check("head", "tc", "qdisc", "replace", "dev", interface, "root", *SLOW)
    try:
        yield
    finally:
        lab.check("head", "tc", "qdisc", "delete", "dev", interface, "root")


def head_facts(lab):
    """What the head found out about itself when it started."""
    return json.loads(lab.check("head", "cat", "/run/muster/head.json"))


def corrupted_image(lab, product):
    """A damaged image is refused by its hash on the node, never booted, and named on the head."""
    layer = smallest_layer(lab)
    lab.check("head", "cp", layer, "/run/damaged.squashfs")
    lab.check("head", "dd", "if=/dev/zero", "of=/run/damaged.squashfs", "bs=4096", "seek=1",
              "count=1", "conv=notrunc")
    lab.check("head", "mount", "--bind", "/run/damaged.squashfs", layer)
    try:
        lab.power("reset", "n2")
        # Of a node that is off the head says first that it hears nothing of it.
        node = product.wait_for_node("n2", lambda node: node.state == "failed" and node.stage == "image",
                                     "refuses the image")
        expect("hash" in node.reason or "checksum" in node.reason,
               f"the reason does not name the hash: {node}")
    finally:
        lab.check("head", "umount", layer)
    product.wait_for_node("n2", lambda node: node.state == "ready", "is ready with the whole image")


def smallest_layer(lab):
    """The path of the smallest layer of the node's image on the head."""
    head = head_facts(lab)
    manifest = json.loads(lab.check("head", "cat",
                                    f"{head['medium']}/muster/image/compute/manifest.json"))
    layers = sorted((layer["size"], f"{head['medium']}/{layer['file']}")
                    for layer in manifest["layers"])
    return layers[0][1]


def second_dhcp_server(lab, product):
    """A head that finds another DHCP server says which and stays silent until it is told."""
    lab.power("off", "head")
    rogue = start_rogue(lab)
    lab.power("on", "head")
    lab.check("head", "true", wait=900)
    wait_for_silence(product, "a server answers", ROGUE_ADDRESS)
    stop_rogue(lab, rogue)
    lab.check("head", "muster", "dhcp", "take")
    product.wait_until_ready()


def cable_out(lab, product):
    """A head that starts without its cable gives no addresses. It looks at the wire when the cable comes, and
    finds the server that is there; without one it serves."""
    rogue = start_rogue(lab)
    lab.cable("pull", "head")
    lab.power("reset", "head")
    lab.check("head", "true", wait=900)
    wait_for_silence(product, "there is no cable", "no cable at")
    lab.cable("plug", "head")
    wait_for_silence(product, "a server answers", ROGUE_ADDRESS)
    stop_rogue(lab, rogue)
    lab.cable("pull", "head")
    lab.power("reset", "head")
    lab.check("head", "true", wait=900)
    wait_for_silence(product, "there is no cable", "no cable at")
    lab.cable("plug", "head")

    def question():
        status = product.status()
        return status.dhcp == "serve", status

    product.wait_for("head serves a wire of its own", question, 300)


def start_rogue(lab):
    """A second DHCP server on the lab's wire."""
    lab.check_on_wire("ip", "address", "replace", f"{ROGUE_ADDRESS}/24", "dev", "wire")
    network = ROGUE_ADDRESS.rsplit(".", 1)[0]
    return lab.start_on_wire("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--user=root",
                             "--port=0", "--interface=wire", "--bind-interfaces", "--leasefile-ro",
                             f"--dhcp-range={network}.50,{network}.99,1h")


def stop_rogue(lab, rogue):
    """Ends what start_rogue started."""
    lab.stop_on_wire(rogue)
    lab.check_on_wire("ip", "address", "delete", f"{ROGUE_ADDRESS}/24", "dev", "wire")


def wait_for_silence(product, why, named):
    """Waits until the head gives no addresses and a problem names the reason."""

    def question():
        status = product.status()
        told = any(named in problem for problem in status.problems)
        return status.dhcp == "silent" and told, status

    product.wait_for(f"head is silent since {why}", question, 600)


def head_power_cut(lab, product, count):
    """A head without a state disk loses its power and forgets everything. With a backup it is the head of its nodes
    again: they go on without a boot, and run a job."""
    lab.check("head", "muster", "user", "add", "barbara")
    product.wait_until_nodes_hold_plan(count)
    before = identities(product)
    boots = [boot_id(lab, f"n{index}") for index in range(1, count + 1)]
    backup = take_backup(lab)
    cut_power_of_head(lab, product)
    expect(not product.nodes(), "the head did not forget its nodes")
    restore_backup(lab, backup)
    product.wait_until_nodes_hold_plan(count)
    expect(identities(product) == before, f"nodes changed: {before} became {identities(product)}")
    expect(boots == [boot_id(lab, f"n{index}") for index in range(1, count + 1)],
           "a node was booted again")
    lab.check("head", "id", "barbara")
    product.job_check(",".join(sorted(name for name, _ in before.values())))


BACKUP = "/run/head.tgz"


def take_backup(lab):
    """A backup of the head as text; the head works on meanwhile."""
    lab.check("head", "muster", "backup", BACKUP)
    return lab.check("head", "base64", BACKUP)


def restore_backup(lab, backup):
    """As somebody does on a head that was just started."""
    lab.check("head", "sh", "-c", f"base64 --decode >{BACKUP}", stdin=backup)
    lab.check("head", "muster", "restore", BACKUP, "--yes")


def cut_power_of_head(lab, product):
    """Off without a word, on again, and waited for."""
    lab.power("off", "head")
    lab.power("on", "head")
    lab.check("head", "true", wait=900)
    product.wait_until_ready()


def head_killed_while_it_starts(lab, product):
    """A head with a state disk whose power fails again and again at another moment of its start loses nothing, and
    starts when it may."""
    lab.check("head", "muster", "head", "keep", "/dev/vda")
    cut_power_of_head(lab, product)
    key = lab.check("head", "cat", HOST_KEY)
    lab.check("head", "muster", "user", "add", "grace")
    for seconds in MOMENTS:
        lab.power("reset", "head")
        # The moment is the test's subject: nothing is waited for.
        time.sleep(seconds)
    cut_power_of_head(lab, product)
    expect(lab.check("head", "cat", HOST_KEY) == key, "the head has another SSH key")
    people = json.loads(lab.check("head", "muster", "user", "list", "--json"))
    expect("grace" in json.dumps(people), f"somebody is gone: {people}")


def power_cut_with_state_disk(lab, product, count):
    """A head with a state disk loses nothing: its nodes run on as what they are, without a boot, and
    users, homes and jobs are there."""
    known_by = lab.check("head", "cat", HOST_KEY)
    lab.check("head", "muster", "head", "keep", "/dev/vda")
    cut_power_of_head(lab, product)
    expect(lab.check("head", "cat", HOST_KEY) == known_by, "the head has another SSH key")
    expect(lab.check("head", "stat", "--format=%a", "/etc/ssh").strip() == "755",
           "people cannot read what is in /etc/ssh")
    lab.check("head", "muster", "user", "add", "grace")
    lab.check("head", "runuser", "-u", "grace", "--", "tee", "/home/grace/notes", stdin="kept")
    keep_a_new_volume(lab)
    # People's files are theirs to write out; what Muster was told is on the disk when it answers.
    lab.check("head", "sync", "/home/grace/notes", "/srv/data/results")
    product.wait_until_nodes_hold_plan(count)
    before = identities(product)
    boots = [boot_id(lab, f"n{index}") for index in range(1, count + 1)]
    cut_power_of_head(lab, product)
    # Another user: the nodes are ready in the head's memory before they are heard again.
    lab.check("head", "muster", "user", "add", "edsger")
    product.wait_until_nodes_hold_plan(count)
    expect(identities(product) == before, f"nodes changed: {before} became {identities(product)}")
    expect(boots == [boot_id(lab, f"n{index}") for index in range(1, count + 1)],
           "a node was booted again")
    expect(lab.check("head", "cat", "/home/grace/notes") == "kept", "a home lost a file")
    expect(lab.check("head", "cat", "/srv/data/results") == "kept", "the new volume lost a file")
    as_grace = ["runuser", "-u", "grace", "--"]
    expect(lab.check("n1", *as_grace, "cat", "/home/grace/notes") == "kept",
           "a node lost sight of /home")
    lab.check("n1", "id", "edsger")
    product.job_check(",".join(sorted(name for name, _ in before.values())))


def keep_a_new_volume(lab):
    """A volume that cluster.yaml gets after the disk was made is added to the disk. The daemon does not hear
    of it here: the next boot has the medium's cluster.yaml again, and nodes would miss what they mounted."""
    written = lab.check("head", "cat", "/etc/muster/cluster.yaml")
    lab.check("head", "tee", "/etc/muster/cluster.yaml", stdin=written.replace(
        "\nvolumes:", "\nvolumes:\n  - name: data\n    mount: /srv/data"))
    lab.check("head", "mkdir", "/srv/data")
    lab.check("head", "tee", "/srv/data/results", stdin="kept")
    expect("/srv/data" in lab.check("head", "muster", "head", "keep"), "the volume was not added")
    expect("everything already" in lab.check("head", "muster", "head", "keep"), "it was added twice")
    lab.check("head", "tee", "/etc/muster/cluster.yaml", stdin=written)


def identities(product):
    """Name and address of every node, by MAC address."""
    return {mac: (node.name, node.address) for mac, node in product.nodes().items()}


def boot_id(lab, machine):
    """Differs at every boot of a machine (random(4))."""
    return lab.check(machine, "cat", "/proc/sys/kernel/random/boot_id")
