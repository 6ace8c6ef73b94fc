#!/usr/bin/env python3
"""The packages as Debian and a server's owner meet them: run.py DIRECTORY [--server].

lintian/NAME: lintian has neither an error nor a warning about the package; an override needs a reason,
as a comment above it. With --server, further, on a Debian 13 server that is made for this in a chroot:
server/made, server/install, server/units, server/exposures, server/removed, server/again, server/purge.
"""

import argparse
import contextlib
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

# The paths above must be set first.
from harness.report import Failed, Report, expect  # noqa: E402
from server import Server  # noqa: E402

PACKAGES = ["muster", "musterd", "muster-agent"]
UNITS = "/usr/lib/systemd/system"
PREPARE = f"{UNITS}/muster-prepare.service"
# The most that systemd-analyze(1) may say of each of our services: what it would reach when somebody had it. Those that
# act as root on the machine need mounts, accounts and the network's settings.
EXPOSURES = {"musterd.service": 2.0, "muster-dnsmasq.service": 3.0, "muster-nginx.service": 2.5,
             "muster-host-keys.service": 2.5, "muster-apply.service": 6.5, "muster-prepare.service": 6.5,
             "muster-watch.service": 6.5, "muster-extension@.service": 1.0, "muster-extensions.service": 4.0}
# Root on a node that is root's own: it mounts, makes accounts and starts commands of administrators.
AGENT, AGENT_EXPOSURE = "usr/lib/systemd/system/muster-agent.service", 6.5


def find_package(directory, name):
    """The one file of a package."""
    found = list(directory.glob(f"{name}_*.deb"))
    expect(len(found) == 1, f"'{directory}' has {len(found)} files of the package '{name}'")
    return found[0].resolve()


def lintian_is_content(directory, name):
    """No error, no warning."""
    # Root is who builds here; lintian would rather be somebody else, which changes no result.
    result = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0",
         find_package(directory, name)], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failed("\n".join([f"lintian ended with {result.returncode}", result.stdout, result.stderr]))


def install(server, directory):
    """The packages install on a plain server and change none of its settings or services."""
    before = server.settings()
    services = server.enabled_units()
    server.install([find_package(directory, "muster"), find_package(directory, "musterd")])
    changed = server.changed_settings(before)
    expect(not changed, f"the installation changed {', '.join(changed)}")
    lost = services - server.enabled_units()
    expect(not lost, f"the installation disabled {', '.join(sorted(lost))}")
    owner = server.run("stat", "--format=%U:%a", "/var/lib/muster", "/var/lib/muster/secrets").split()
    expect(owner == ["muster:755", "muster:700"], f"the state's directories are {owner}")
    expect(re.match(r"\d+\.\d+", server.run("muster", "--version")), "muster has no version")


def units(server):
    """systemd finds no mistake in the units, and starts none of them without a cluster.yaml."""
    found = server.run("systemctl", "list-unit-files", "--no-legend", "muster*").splitlines()
    names = [line.split()[0] for line in found]
    expect("musterd.service" in names, f"the units are {names}")
    server.run("systemd-analyze", "verify", "--man=no", *names)
    enabled = {line.split()[0] for line in found if line.split()[1] == "enabled"}
    expect(enabled == {"musterd.service", "muster-prepare.service", "muster-watch.service",
                       "muster-apply.socket", "muster-host-keys.service", "muster-extensions.service"},
           f"enabled are {sorted(enabled)}")
    # Wants= holds also where a condition keeps the unit itself from starting.
    pulled = re.findall(r"^(?:Wants|Requires)=.*networkd.*$", server.read(PREPARE), re.MULTILINE)
    expect(not pulled, f"a server that is no head would start systemd-networkd: {pulled}")


def exposure_of(server, unit):
    said = server.run("systemd-analyze", "security", "--offline=yes", "--no-pager", unit)
    level = re.search(r"exposure level for .*: ([\d.]+)", said)
    expect(level is not None, f"systemd-analyze says of '{unit}': {said}")
    return float(level[1])


def exposures(server, directory, report):
    """No service of ours has more rights than it had; there is none that nobody looked at."""
    there = {pathlib.PurePath(file).name for file in server.files_named("muster")
             if file.startswith(UNITS.lstrip("/")) or file.startswith(UNITS)}
    services = {name for name in there if name.endswith(".service")}
    expect(services == set(EXPOSURES), f"the services are {sorted(services)}")
    for name, most in EXPOSURES.items():
        level = exposure_of(server, f"{UNITS}/{name}")
        report.line(f"{name}: exposure {level} of 10")
        expect(level <= most, f"'{name}' has an exposure of {level}, more than {most}")
    server.write("/root/muster-agent.service", file_in(find_package(directory, "muster-agent"), AGENT))
    level = exposure_of(server, "/root/muster-agent.service")
    (server.root / "root/muster-agent.service").unlink()
    report.line(f"muster-agent.service: exposure {level} of 10")
    expect(level <= AGENT_EXPOSURE, f"'muster-agent.service' has an exposure of {level}, more than {AGENT_EXPOSURE}")


def file_in(package, path):
    """The text of a file in a package."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as packed:
        done = subprocess.run(["tar", "-xO", f"./{path}"], stdin=packed.stdout, capture_output=True, text=True, check=True)
        packed.stdout.read()
    return done.stdout


def removed(server):
    """A server that is removed and no head any more shares nothing and keeps what the head knew; another installation
    goes on with it."""
    server.pretend_head()
    # apt gives programs of packages a path without /usr/local.
    server.write("/usr/sbin/exportfs", "#!/bin/sh\necho \"$*\" >>/root/exportfs\n", 0o755)
    volume = server.root / "run/muster-volumes/home"
    volume.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "volume", volume], check=True)
    server.run("apt-get", "-q", "-y", "remove", "muster", "musterd")
    expect(not volume.is_mount(), "a volume is still bound for nodes")
    volume.rmdir()
    volume.parent.rmdir()
    left = [name for name in ("/etc/exports.d/muster.exports", "/etc/ssh/sshd_config.d/50-muster-keys.conf",
                              "/etc/chrony/conf.d/muster.conf", "/etc/slurm/slurm.conf") if server.exists(name)]
    expect(not left, f"the removal left {', '.join(left)} to other programs")
    expect(server.read("/root/exportfs") == "-r\n", "the file server was not told")
    expect("192.0.2.53" in server.read("/etc/resolv.conf"), "the server has no name servers of its own")
    gone = [name for name in ("/etc/muster/cluster.yaml", "/var/lib/muster/state.db", "/var/lib/muster/secrets/slurm.key",
                              "/var/lib/muster-head/networks.json") if not server.exists(name)]
    expect(not gone, f"the removal took {', '.join(gone)}")


def again(server, directory):
    """What was removed is installed again, and once more over itself."""
    for _ in range(2):
        server.install([find_package(directory, "muster"), find_package(directory, "musterd")])
        expect(server.exists("/usr/sbin/musterd"), "musterd is not there")
    expect(server.read("/etc/muster/cluster.yaml") == "schema: 1\nname: a\n", "cluster.yaml is another")


def purge(server):
    """After a purge nothing of Muster is left, also of what a head writes while it runs."""
    server.pretend_head()
    server.run("apt-get", "-q", "-y", "purge", "muster", "musterd")
    left = server.files_named("muster")
    expect(not left, f"the purge left {', '.join(left)}")
    jobs = [name for name in ("slurm.conf", "slurm.key", "cgroup.conf", "gres.conf", "mpi.conf") if server.exists(f"/etc/slurm/{name}")]
    expect(not jobs, f"the purge left {', '.join(jobs)} of the cluster in /etc/slurm")
    expect("192.0.2.53" in server.read("/etc/resolv.conf"), "the former name servers are not back")
    expect(server.read("/etc/slurm/plugstack.conf") == "# the server's own\n", "a former setting is not back")
    expect(server.read("/etc/ssh/ssh_known_hosts2") == "host.example ssh-ed25519 BBBB\n",
           "the hosts that the server knew are not back")
    expect(not server.exists("/etc/ssh/ssh_host_ed25519_key-cert.pub"), "the purge left the head's certificate")
    expect(server.exists("/home/ada"), "the purge removed somebody's home")
    # A package's user stays, so that no number is given twice (Debian Policy 9.2.2).
    expect("muster:" in server.read("/etc/passwd"), "the purge removed the user 'muster'")


def test_server(directory, report):
    """Installs, checks and purges on a server of its own."""
    with contextlib.ExitStack() as stack:
        server = Server()
        if not report.scenario("server/made", lambda: stack.enter_context(server)):
            return
        if report.scenario("server/install", lambda: install(server, directory)):
            report.scenario("server/units", lambda: units(server))
            report.scenario("server/exposures", lambda: exposures(server, directory, report))
            report.scenario("server/removed", lambda: removed(server))
            report.scenario("server/again", lambda: again(server, directory))
            report.scenario("server/purge", lambda: purge(server))


def main():
    parser = argparse.ArgumentParser(description="tests of Muster's packages")
    parser.add_argument("directory", type=pathlib.Path, help="where the .deb files are")
    parser.add_argument("--server", action="store_true", help="install them in a chroot, too")
    arguments = parser.parse_args()
    report = Report()
    for name in PACKAGES:
        report.scenario(f"lintian/{name}", lambda: lintian_is_content(arguments.directory, name))
    if arguments.server:
        test_server(arguments.directory, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
