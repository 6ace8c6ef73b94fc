"""Starts the head's daemons as their systemd units say, without systemd: same command line, user, umask
and directories. What a unit forbids beyond that is systemd's to test."""

import os
import pathlib
import select
import shlex
import signal
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[3]


def read_unit(name):
    """The settings of a unit of the package; the last one of a name counts."""
    settings = {}
    for line in (SOURCE / f"debian/musterd.{name}.service").read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals:
            settings[key] = value
    return settings


def make_directories(machine, unit):
    """RuntimeDirectory and StateDirectory of a unit (systemd.exec(5))."""
    owner = unit.get("User", "root")
    for key, parent in (("RuntimeDirectory", "/run"), ("StateDirectory", "/var/lib")):
        if key in unit:
            machine.check("install", "-d", "-m", unit.get(f"{key}Mode", "0755"), "-o", owner, "-g",
                          unit.get("Group", "root"), f"{parent}/{unit[key]}")


def capabilities(unit):
    """What a unit that is not root may do all the same (capabilities(7)), and nothing more."""
    kept = [f"+{name.lower().removeprefix('cap_')}"
            for name in unit.get("AmbientCapabilities", "").split()]
    few = ",".join(["-all", *kept])
    return [f"--inh-caps={few}", *([f"--ambient-caps={few}"] if kept else []), f"--bounding-set={few}"]


def command_of(unit, extra):
    """The unit's command line as its user, with its groups and rights."""
    argv = shlex.split(unit["ExecStart"]) + list(extra)
    if "User" not in unit:
        return argv
    groups = f"--groups={unit['SupplementaryGroups'].replace(' ', ',')}" if "SupplementaryGroups" in unit else "--clear-groups"
    # Without a group of its own the unit has that of its user: dnsmasq's is nogroup.
    group = unit.get("Group", "nogroup")
    rights = ["setpriv", f"--reuid={unit['User']}", f"--regid={group}", groups,
              *capabilities(unit), "--no-new-privs"]
    network = ["unshare", "--net"] if unit.get("PrivateNetwork") == "yes" else []
    return network + rights + argv


class Daemon:
    """A running unit; `log` is a file out here that has what it wrote."""

    def __init__(self, machine, name, log, extra=(), environment=None):
        self.machine = machine
        self.unit = unit = read_unit(name)
        make_directories(machine, unit)
        words = [f"{key}={value}" for key, value in (environment or {}).items()]
        argv = (["env", *words] if words else []) + command_of(unit, extra)
        with open(log, "ab") as output:
            self.process = subprocess.Popen(machine.inside(*argv), stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output,
                                            umask=int(unit.get("UMask", "0022"), 8))

    def running(self):
        return self.process.poll() is None

    def wait_for(self, channel, seconds=60):
        """What comes through a socket; nothing when the daemon ends before it says anything."""
        end = os.pidfd_open(self.process.pid)
        try:
            readable, _, _ = select.select([channel, end], [], [], seconds)
        finally:
            os.close(end)
        return channel.recv(4096) if channel in readable else b""

    def stop(self, seconds=20):
        """Ends the daemon as systemd does; its exit status."""
        status = self._end(seconds)
        if "RuntimeDirectory" in self.unit:
            self.machine.check("rm", "-r", f"/run/{self.unit['RuntimeDirectory']}")
        return status

    def _end(self, seconds):
        # nsenter waits for the daemon, which is its only child.
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        if self.running():
            for child in children.read_text(encoding="utf-8").split():
                os.kill(int(child), signal.SIGTERM)
        return self.process.wait(timeout=seconds)
