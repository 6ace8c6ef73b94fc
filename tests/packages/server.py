"""A plain Debian 13 server in a chroot, made with the build root's own archives."""

import hashlib
import pathlib
import shutil
import subprocess
import tempfile

from harness.report import Failed

# What a small server has beside Debian's important packages; its number is the one that Muster's user
# would like to have.
HAS = "systemd-sysv,openssh-server,ifupdown,nginx,man-db"
TAKEN = 910
# The archives and the proxies that this machine's apt uses (buildroot/host-apt).
SOURCES = "/etc/apt/sources.list"
SETTINGS = "/etc/apt/apt.conf.d/99host"
# What a head writes while it runs: files of plan and daemon, and somebody's home.
HEAD_WRITES = {"/etc/muster/cluster.yaml": "schema: 1\nname: a\n",
               "/etc/muster/nginx.conf": "", "/etc/muster/ssh-keys/ada": "",
               "/var/lib/muster/state.db": "", "/var/lib/muster/secrets/slurm.key": "",
               "/var/lib/muster/medium/muster/image/compute/manifest.json": "{}",
               "/var/lib/muster-dnsmasq/leases": "",
               "/etc/chrony/conf.d/muster.conf": "", "/etc/exports.d/muster.exports": "",
               "/etc/ssh/sshd_config.d/50-muster-keys.conf": "",
               "/etc/ssh/ssh_config.d/50-muster.conf": "",
               "/etc/ssh/ssh_known_hosts2": "@cert-authority 10.42.* ssh-ed25519 AAAA\n",
               "/etc/ssh/ssh_host_ed25519_key-cert.pub": "ssh-ed25519-cert-v01@openssh.com AAAA\n",
               "/etc/muster/before/etc/ssh/ssh_known_hosts2": "host.example ssh-ed25519 BBBB\n",
               "/var/lib/muster-applied/record.json": "", "/var/lib/muster-images/chosen.json": "",
               "/var/lib/muster-extensions/motd/grant.json": "", "/var/lib/muster-extension-data/motd/lamps": "",
               "/var/lib/muster-head/networks.json": "", "/var/lib/muster-head/id_ed25519": "",
               "/etc/slurm/slurm.conf": "# Made by Muster from the nodes that were adopted.\n",
               "/etc/systemd/system/slurmctld.service.d/muster.conf": "",
               "/etc/slurm/slurm.key": "", "/etc/slurm/cgroup.conf": "", "/etc/slurm/gres.conf": "",
               "/etc/slurm/mpi.conf": "",
               "/etc/muster/before/etc/slurm/plugstack.conf": "# the server's own\n",
               "/etc/slurm/plugstack.conf": "# No plugins.\n",
               "/etc/muster/upstream-resolv.conf": "nameserver 192.0.2.53\n",
               "/home/ada/file": ""}
# Settings of the server that an installation has no business with.
WATCHED = ["etc/ssh", "etc/nginx", "etc/network", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/nfs.conf.d",
           "etc/fstab", "etc/default", "etc/sysctl.d", "etc/systemd/network"]


class Server:
    """Made on entry, gone on exit. Every mount ends with the caller's mount namespace at the latest."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="muster-server-", dir="/var/tmp"))

    def __enter__(self):
        # `entry` fails with what mmdebstrap said; its own output is long.
        result = subprocess.run(
            ["mmdebstrap", "--mode=root", "--variant=important", f"--include={HAS}",
             "--aptopt=APT::Install-Recommends \"false\"", f"--aptopt={SETTINGS}",
             "--dpkgopt=force-unsafe-io", "--skip=cleanup/apt",
             f"--customize-hook=chroot \"$1\" groupadd --gid {TAKEN} taken",
             "trixie", self.root, SOURCES], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            shutil.rmtree(self.root)
            raise Failed(f"mmdebstrap ended with {result.returncode}:\n{result.stderr[-3000:]}")
        # Nothing is started by an installation in a chroot (policy-rc.d, as invoke-rc.d documents it).
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        for what in ["proc", "sys", "dev"]:
            subprocess.run(["mount", "--rbind", f"/{what}", self.root / what], check=True)
        return self

    def __exit__(self, *_):
        for what in ["dev", "sys", "proc"]:
            subprocess.run(["umount", "--recursive", "--lazy", self.root / what], check=True)
        shutil.rmtree(self.root)

    def run(self, *argv, check=True):
        """Runs a program on the server; what it wrote to its standard output."""
        result = subprocess.run(["chroot", self.root, *argv], capture_output=True, text=True, check=False)
        if check and result.returncode != 0:
            raise Failed(f"'{' '.join(map(str, argv))}' ended with {result.returncode}:\n"
                         f"{result.stdout[-1500:]}{result.stderr[-1500:]}")
        return result.stdout

    def install(self, packages):
        """Installs package files as an owner would: apt install ./…"""
        folder = self.root / "root"
        for package in packages:
            shutil.copy(package, folder)
        self.run("apt-get", "-q", "-y", "install", *[f"/root/{package.name}" for package in packages])
        for package in packages:
            (folder / package.name).unlink()

    def settings(self):
        """The hash of each file below the watched places."""
        hashes = {}
        for place in WATCHED:
            at = self.root / place
            for path in [at, *at.rglob("*")] if at.exists() else []:
                if path.is_file():
                    hashes[str(path.relative_to(self.root))] = hashlib.sha256(path.read_bytes()).hexdigest()
        return hashes

    def changed_settings(self, before):
        """Files that were there and are now different or gone; new ones that Muster brought."""
        now = self.settings()
        new = [name for name in now.keys() - before.keys() if "muster" in name]
        return sorted([name for name, value in before.items() if now.get(name) != value] + new)

    def enabled_units(self):
        """The units that start at boot."""
        listed = self.run("systemctl", "list-unit-files", "--no-legend", "--state=enabled")
        return {line.split()[0] for line in listed.splitlines()}

    def pretend_head(self):
        """Leaves what a head writes while it runs."""
        for name, text in HEAD_WRITES.items():
            self.write(name, text)

    def write(self, name, text, mode=0o644):
        """Writes a file of the server."""
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def read(self, name):
        """Reads a file of the server."""
        return (self.root / name.lstrip("/")).read_text(encoding="utf-8")

    def exists(self, name):
        """Whether the server has this file."""
        return (self.root / name.lstrip("/")).exists()

    def files_named(self, word):
        """Every path of the server's own file system that holds the word, but for the package manager's logs."""
        found = self.run("find", "/", "-xdev", "-path", "/var/log", "-prune", "-o", "-path", "/var/cache/apt", "-prune",
                         "-o", "-iname", f"*{word}*", "-print")
        return found.split()
