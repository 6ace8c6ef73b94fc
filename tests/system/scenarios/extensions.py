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


# What the extension 'lamp' wants: a file and a unit on nodes, and its own program as a unit of the head.
LAMP_RIGHTS = """\
  - place: node
    files: [/etc/lamp.conf, /etc/systemd/system/lamp.service]
    units: [lamp.service]
    reason: the lamp of every node
"""
LAMP_RIGHTS_ON_HEAD = """\
  - place: head
    files: [/etc/lamps.conf]
    units: [lamps.service]
    reason: what watches over the lamps
"""
LAMP = """\
import muster

UNIT = \"\"\"[Service]
ExecStart=/bin/sh -c 'cp /etc/lamp.conf /run/lamp; exec sleep infinity'
ExecStopPost=rm -f /run/lamp

[Install]
WantedBy=multi-user.target
\"\"\"


def configure(context):
    greeting = context.settings["greeting"]
    node = [muster.File("/etc/lamp.conf", f"{greeting} {context.extension.version}\\n"),
            muster.File("/etc/systemd/system/lamp.service", UNIT), muster.Unit("lamp.service"),
            muster.Service("lamp.service", watches=["/etc/lamp.conf"])]
    if context.extension.version != "0.1.0":
        return muster.Steps(node=node)
    return muster.Steps(node=node, head=[
        muster.File("/etc/lamps.conf", context.cluster.name, mode=0o600, secret=True),
        muster.UnitFile("lamps.service"), muster.Service("lamps.service")])
"""
# What it is told of nodes, and runs there.
LAMP_HOOKS = """

def nodes_ready(context, nodes):
    heard = set(context.values.get("heard", [])) | {node.name for node in nodes}
    context.values.put(heard=sorted(heard))

def metrics(context):
    return [muster.Metric("lamp_nodes", len(context.values.get("heard", [])))]

def run(context, verb, arguments):
    heard = context.values.get("heard", [])
    results = context.run_on_nodes(heard, ["/usr/bin/id", "-u"])
    return muster.Answer(data={"heard": heard, "said": {result.node: result.out for result in results}})
"""
LAMP_HOOK_NAMES = ("hooks: [configure, nodes_ready, metrics, run]\nverbs:\n  - name: report\n"
                   "    about: tells which nodes it knows\n")
LAMP_COMMANDS = "  - place: node\n    commands: [/usr/bin/id]\n    reason: who it is there\n"
LAMPS_UNIT = "[Service]\nExecStart=@DIRECTORY@/bin/lamps /etc/lamps.conf\n"
LAMPS = "#!/bin/sh\ntest -r \"$1\" || exit 1\nexec sleep infinity\n"

# What an extension could leave behind, of every machine.
TRACES = ("find /etc /usr/local /srv -xdev -not -path '/etc/slurm*' -printf '%y %m %u:%g %p %l\\n'; "
          "systemctl list-unit-files --no-legend --no-pager; systemctl list-units --failed --plain --no-legend | cut -d' ' -f1; "
          "getent passwd; getent group; findmnt -rno TARGET,FSTYPE; dpkg-query -W")


def traces(lab, machine):
    return set(lab.check(machine, "sh", "-c", TRACES).splitlines())


def lamp(lab, version, rights):
    """The package of the lamp, made from a new project."""
    place = f"{PLACE}/lamp-{version}"
    lab.check("head", "muster", "ext", "new", "lamp", "--type", "application", "--directory", place)
    file = f"{place}/lamp/extension.yaml"
    text = lab.check("head", "cat", file).replace("version: 0.1.0", f"version: {version}")
    text = text.partition("rights:")[0].replace("hooks: [configure]\n", LAMP_HOOK_NAMES)
    lab.check("head", "tee", file, stdin=text + "rights:\n" + rights + LAMP_COMMANDS)
    lab.check("head", "tee", f"{place}/lamp/content/extension.py", stdin=LAMP + LAMP_HOOKS)
    lab.check("head", "install", "-D", "-m", "0755", "/dev/stdin", f"{place}/lamp/content/bin/lamps", stdin=LAMPS)
    lab.check("head", "install", "-D", "-m", "0644", "/dev/stdin", f"{place}/lamp/content/units/lamps.service", stdin=LAMPS_UNIT)
    packed = json.loads(lab.check("head", "muster", "ext", "pack", f"{place}/lamp", "-o", PLACE, "--json"))
    return packed["specification"]


def serves(lab, product, count):
    """An extension in Python runs units on nodes and on the head, is configured and replaced, and leaves no trace."""
    machines = ["head", *(f"n{index}" for index in range(1, count + 1))]
    before = {machine: traces(lab, machine) for machine in machines}
    lab.check("head", "mkdir", "-p", PLACE)
    lab.check("head", "muster", "ext", "new", "greeter", "--directory", PLACE)
    tested = lab.check("head", "muster", "ext", "test", f"{PLACE}/greeter")
    expect(tested.rstrip().endswith("OK"), f"the tests of a new project: {tested}")
    first = lamp(lab, "0.1.0", LAMP_RIGHTS + LAMP_RIGHTS_ON_HEAD)
    shown = lab.check("head", "muster", "ext", "install", "--dry-run", "--allow-unsigned", first)
    expect("ON THIS HEAD, as root" in shown, f"what root must know: {shown}")
    lab.check("head", "muster", "ext", "install", "--yes", "--allow-unsigned", first)
    product.wait_for("the head's unit runs", lambda: is_active(lab, "lamps.service"), PATIENCE)
    wait_for_content(lab, product, count, "/run/lamp", "Welcome. 0.1.0\n")
    asks_the_nodes(lab, product, count)
    lab.check("head", "muster", "ext", "configure", "lamp", "greeting=Good morning.")
    wait_for_content(lab, product, count, "/run/lamp", "Good morning. 0.1.0\n")
    refused = lab.exec("head", "muster", "ext", "configure", "lamp", "colour=red")
    expect(refused.returncode != 0 and "no setting 'colour'" in refused.stderr, f"a setting that is not there: {refused}")
    second = lamp(lab, "0.2.0", LAMP_RIGHTS)
    lab.check("head", "muster", "ext", "install", "--yes", "--allow-unsigned", second)
    wait_for_content(lab, product, count, "/run/lamp", "Good morning. 0.2.0\n")
    left = [line for line in traces(lab, "head") - before["head"] if "lamp" in line]
    expect(left == [], f"what the version before had on the head is left: {left}")
    fails_on_the_head(lab)
    wait_for_content(lab, product, count, "/run/lamp", "Good morning. 0.2.0\n")
    lab.check("head", "muster", "ext", "remove", "--yes", "lamp")
    wait_for_content(lab, product, count, "/run/lamp", None)
    lab.check("head", "rm", "-r", PLACE)
    for machine in machines:
        product.wait_for(f"nothing is left on {machine}", lambda: is_same(traces(lab, machine), before[machine]), PATIENCE)
    product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)


MEDIUM = "/run/live/medium"
SPEC = "/etc/muster/cluster.yaml"


def comes_with_the_iso(lab, product, count):
    """What cluster.yaml names is installed from the ISO by its unit, once."""
    lab.check("head", "mkdir", "-p", f"{PLACE}/upper")
    lab.check("head", "muster", "ext", "new", "greeter", "--directory", PLACE)
    lab.check("head", "muster", "ext", "pack", f"{PLACE}/greeter", "-o", PLACE)
    before = lab.check("head", "cat", SPEC)
    # As an ISO has it.
    lab.check("head", "mount", "-t", "tmpfs", "upper", f"{PLACE}/upper")
    lab.check("head", "mkdir", f"{PLACE}/upper/upper", f"{PLACE}/upper/work")
    lab.check("head", "mount", "-t", "overlay", "medium", "-o",
              f"lowerdir={MEDIUM},upperdir={PLACE}/upper/upper,workdir={PLACE}/upper/work", MEDIUM)
    try:
        lab.check("head", "mkdir", f"{MEDIUM}/muster/extensions")
        lab.check("head", "sh", "-c", f"cp {PLACE}/greeter-0.1.0.* {MEDIUM}/muster/extensions")
        lab.check("head", "tee", SPEC, stdin=f"{before}\nextensions:\n  - name: greeter\n    version: 0.1.0\n")
        lab.check("head", "systemctl", "restart", "muster-extensions.service")
        wait_for_content(lab, product, count, "/etc/motd.d/greeter", "Welcome.\n")
        installed = lab.check("head", "muster", "ext", "list", "--json")
        lab.check("head", "systemctl", "restart", "muster-extensions.service")
        expect(lab.check("head", "muster", "ext", "list", "--json") == installed, "it was installed again")
    finally:
        lab.check("head", "tee", SPEC, stdin=before)
        # nginx may read from it just now.
        lab.check("head", "umount", "--lazy", MEDIUM)
        lab.check("head", "umount", "--lazy", f"{PLACE}/upper")
    lab.check("head", "muster", "ext", "remove", "--yes", "greeter")
    wait_for_content(lab, product, count, "/etc/motd.d/greeter", None)
    lab.check("head", "rm", "-r", PLACE)


def asks_the_nodes(lab, product, count):
    """It was told of all nodes, and runs a program on them as root."""
    names = [f"n{index:03}" for index in range(1, count + 1)]
    wanted = {"heard": names, "said": {name: "0\n" for name in names}}
    product.wait_for("it knows the nodes", lambda: is_same_answer(lab, wanted), PATIENCE)
    product.wait_for("its figures are there", lambda: has_figure(lab, f"lamp_nodes {count}"), 2 * PATIENCE)


def is_same_answer(lab, wanted):
    answer = json.loads(lab.check("head", "muster", "ext", "run", "--json", "lamp", "report"))["data"]
    return answer == wanted, f"it says {answer}"


def has_figure(lab, line):
    figures = lab.check("head", "muster", "metrics")
    return line in figures.splitlines(), f"the figures are {figures}"


def fails_on_the_head(lab):
    """A version whose unit of the head cannot run: it is taken back."""
    place = f"{PLACE}/lamp-0.1.0/lamp"
    lab.check("head", "tee", f"{place}/content/bin/lamps", stdin="no program\n")
    lab.check("head", "tee", f"{place}/content/units/lamps.service",
              stdin=LAMPS_UNIT.replace("ExecStart", "Type=oneshot\nExecStart"))
    packed = json.loads(lab.check("head", "muster", "ext", "pack", place, "-o", PLACE, "--json"))
    refused = lab.exec("head", "muster", "ext", "install", "--yes", "--allow-unsigned", packed["specification"])
    expect(refused.returncode == 1 and "lamps.service" in refused.stderr, f"a unit of the head that fails: {refused}")
    expect(content(lab, "head", "/etc/lamps.conf") is None, "a file of the failed version is left on the head")


def is_same(now, before):
    return now == before, f"it has {sorted(now - before)[:20]} and lacks {sorted(before - now)[:20]}"
