"""Extensions on a cluster that runs: made, signed, installed, seen on nodes, replaced and removed without a trace."""

import json
import pathlib

from harness.report import expect

PLACE = "/root/ext"
MOTD = "/etc/motd"
STORE = "/var/lib/muster-extensions"
# What the nodes need to hear of a change, and to apply it.
PATIENCE = 60

SPECIFICATION = (pathlib.Path(__file__).resolve().parents[2] / "fixtures/extension.yaml").read_text(encoding="utf-8")

# Tries what a host must not be able to do, and writes down what it could.
CURIOUS = """\
#!/bin/bash
told="version $MUSTER_EXTENSION_VERSION"
[ "$(id -u)" = 0 ] && told="$told, is root"
cat /var/lib/muster/state.db >/dev/null 2>&1 && told="$told, reads the state"
cat /etc/muster/cluster.yaml >/dev/null 2>&1 && told="$told, reads the settings"
ls /run/musterd/*.sock >/dev/null 2>&1 && told="$told, sees the daemon"
[ "$(grep -vc 'lo:' /proc/net/dev)" -gt 2 ] && told="$told, has a network"
(exec 3<>/dev/tcp/10.42.0.1/22) 2>/dev/null && told="$told, connects"
: 2>/dev/null >/etc/muster-was-here && told="$told, writes to /etc"
: 2>/dev/null >/var/lib/muster-extensions/here && told="$told, writes to the store"
(exec 3<>/dev/udp/10.42.0.1/53) 2>/dev/null && told="$told, sends"
kill -0 1 2>/dev/null && told="$told, signals"
printf '{"node": [{"step": "file", "path": "FILE", "content": "%s\\\\nuser %s\\\\n"}]}' "$told" "$(id -u)"
"""


def project(lab, name, version, file, hook):
    """Writes a project on the head, and packs it. Its specification."""
    directory = f"{PLACE}/{name}"
    lab.check("head", "mkdir", "-p", f"{directory}/content/hooks")
    lab.check("head", "tee", f"{directory}/extension.yaml",
              stdin=SPECIFICATION.format(name=name, version=version, files=file))
    lab.check("head", "tee", f"{directory}/content/hooks/configure", stdin=hook.replace("FILE", file))
    lab.check("head", "chmod", "+x", f"{directory}/content/hooks/configure")
    packed = lab.check("head", "muster", "ext", "pack", directory, "-o", PLACE, "--json")
    return json.loads(packed)["specification"]


def content(lab, machine, file):
    """None: there is no such file."""
    done = lab.exec(machine, "cat", file)
    return done.stdout if done.returncode == 0 else None


def wait_for_content(lab, product, count, file, wanted):
    for index in range(1, count + 1):
        product.wait_for(f"n{index} has {wanted!r} in {file}", lambda: is_content(lab, f"n{index}", file, wanted), PATIENCE)


def is_content(lab, machine, file, wanted):
    """Whether the file has this, and at most a line about a user behind it."""
    now = content(lab, machine, file)
    return now == wanted or bool(wanted and now and now.partition("user ")[0] == wanted), f"it has {now!r}"


def units(lab):
    listed = lab.check("head", "systemctl", "list-units", "--all", "--plain", "--no-legend", "muster-extension@*")
    return sorted(line.split()[0] for line in listed.splitlines())


def comes_and_goes(lab, product, count):
    """A signed extension writes a file on nodes that run; another version takes its place; both leave no trace."""
    file = "/etc/muster-ext-test"
    before = content(lab, "n1", MOTD)
    lab.check("head", "mkdir", "-p", PLACE)
    lab.check("head", "muster", "ext", "keygen", f"{PLACE}/ada", "--no-password")
    first = project(lab, "motd", "1.0.0", MOTD, CURIOUS)
    lab.check("head", "muster", "ext", "sign", first, "--key", f"{PLACE}/ada.key")
    refused = lab.exec("head", "muster", "ext", "install", "--yes", first)
    expect(refused.returncode == 2 and "nobody trusts" in refused.stderr, f"a key that nobody trusts: {refused}")
    lab.check("head", "muster", "ext", "install", "--yes", first, "--key", f"{PLACE}/ada.pub")
    wait_for_content(lab, product, count, MOTD, "version 1.0.0\n")
    second = project(lab, "other", "1.0.0", file, CURIOUS)
    lab.check("head", "muster", "ext", "install", "--yes", "--allow-unsigned", second)
    wait_for_content(lab, product, count, file, "version 1.0.0\n")
    expect(content(lab, "n1", file) != content(lab, "n1", MOTD), "the hosts of two extensions are one user")
    third = project(lab, "motd", "1.1.0", MOTD, CURIOUS)
    lab.check("head", "muster", "ext", "sign", third, "--key", f"{PLACE}/ada.key")
    lab.check("head", "muster", "ext", "install", "--yes", third, "--key", f"{PLACE}/ada.pub")
    wait_for_content(lab, product, count, MOTD, "version 1.1.0\n")
    why = lab.check("head", "muster", "node", "why", product.node_of("n1").name)
    expect("extension" not in why, f"an extension that works is no reason for anything: {why}")
    hosts_listen_after_a_start(lab, product)
    failing = project(lab, "motd", "2.0.0", MOTD, "#!/bin/sh\necho 'a lamp is missing' >&2\nexit 1\n")
    refused = lab.exec("head", "muster", "ext", "install", "--yes", "--allow-unsigned", failing)
    expect(refused.returncode == 1 and "a lamp is missing" in refused.stderr, f"a hook that fails: {refused}")
    wait_for_content(lab, product, count, MOTD, "version 1.1.0\n")
    for name in ("motd", "other"):
        lab.check("head", "muster", "ext", "remove", "--yes", name)
    wait_for_content(lab, product, count, MOTD, before)
    wait_for_content(lab, product, count, file, None)
    expect(units(lab) == [], f"units are left: {units(lab)}")
    left = lab.check("head", "find", STORE, "/run/muster-extensions", "-mindepth", "1", "-not", "-name", ".lock")
    expect(left == "", f"files are left: {left}")
    lab.check("head", "rm", "-r", PLACE)
    product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)


def hosts_listen_after_a_start(lab, product):
    """As after a start of the head: what prepares the head starts the hosts of what is installed."""
    sockets = [f"muster-extension@{name}.socket" for name in ("motd", "other")]
    lab.check("head", "systemctl", "stop", *sockets)
    lab.check("head", "systemctl", "restart", "muster-prepare.service")
    for socket in sockets:
        product.wait_for(f"{socket} is there after a start", lambda: is_active(lab, socket), PATIENCE)
    # It is ready when this command ends.
    lab.check("head", "systemctl", "start", "musterd.service")


def is_active(lab, unit):
    state = lab.exec("head", "systemctl", "is-active", unit).stdout.strip()
    return state == "active", f"it is {state}"
