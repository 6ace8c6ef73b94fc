"""Pretend machines on wires, for tests: each has its own network, host name, processes and files
(an overlay of this root that ends with it), and all share one /home.

Usage: machines.py WORK NAME=ADDRESS/PREFIX[@WIRE][+ADDRESS/PREFIX[@WIRE]…]…
A machine has a card for each of its addresses: eth0, eth1 and so on. Cards on one wire reach each other; the wire
of a card that names none is "wire".
Runs in new network and mount namespaces that the caller made for it. Writes "NAME PID" for each
machine and then "ready" to descriptor 3, and stays: all machines end with it. A machine's files are
below WORK, an empty directory.
"""

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)
wires = set()


def run(*argv):
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


def mount_root(work, name):
    """An overlay of this root with kernel file systems, as a booted machine has them."""
    for part in ("upper", "work", "root"):
        os.makedirs(f"{work}/{name}/{part}")
    root = f"{work}/{name}/root"
    run("mount", "-t", "overlay", "overlay", "-o",
        f"lowerdir=/,upperdir={work}/{name}/upper,workdir={work}/{name}/work", root)
    run("mount", "-t", "proc", "proc", f"{root}/proc")
    run("mount", "-t", "sysfs", "sysfs", f"{root}/sys")
    for path, mode in (("run", "0755"), ("tmp", "1777"), ("dev", "0755")):
        run("mount", "-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", f"{root}/{path}")
    for device in ("null", "zero", "full", "random", "urandom", "tty"):
        open(f"{root}/dev/{device}", "w").close()
        run("mount", "--bind", f"/dev/{device}", f"{root}/dev/{device}")
    os.mkdir(f"{root}/dev/shm")
    run("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", f"{root}/dev/shm")
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    os.symlink("/proc/self/fd/0", f"{root}/dev/stdin")
    run("mount", "--bind", f"{work}/home", f"{root}/home")
    return root


def be_machine(work, name):
    """Process 1 of a machine: makes its root, says so, and collects children for ever."""
    if libc.sethostname(name.encode(), len(name)) != 0:
        raise OSError(ctypes.get_errno(), "sethostname")
    os.chroot(mount_root(work, name))
    os.chdir("/")
    with open("/etc/passwd", "a") as passwd:
        passwd.write("ada:x:10000:10000::/home/ada:/bin/bash\n")
    with open("/etc/group", "a") as group:
        group.write("ada:x:10000:\n")
    print("up", flush=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        signal.sigwait({signal.SIGCHLD})
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            pass


def plug_in(name, pid, index, card):
    """Gives a running machine one card."""
    address, _, wire = card.partition("@")
    wire = wire or "wire"
    if wire not in wires:
        run("ip", "link", "add", wire, "type", "bridge")
        run("ip", "link", "set", wire, "up")
        wires.add(wire)
    # The first card's name out here is the machine's: tests find it by that.
    port = f"v{name}" if index == 0 else f"v{name}{index}"
    run("ip", "link", "add", port, "type", "veth", "peer", "name", f"eth{index}", "netns", pid)
    run("ip", "link", "set", port, "master", wire, "up")
    inside = ("nsenter", "--target", pid, "--net", "ip")
    run(*inside, "address", "add", address, "dev", f"eth{index}")
    run(*inside, "link", "set", f"eth{index}", "up")


def start_machine(work, name, cards):
    """Starts a machine and plugs it in. Returns the process id it has out here."""
    holder = subprocess.Popen(
        ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
         sys.executable, __file__, "--machine", work, name],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
    if holder.stdout.readline() != "up\n":
        sys.exit(f"machine {name} did not come up")
    with open(f"/proc/{holder.pid}/task/{holder.pid}/children") as children:
        pid = children.read().split()[0]
    run("nsenter", "--target", pid, "--net", "ip", "link", "set", "lo", "up")
    for index, card in enumerate(cards.split("+")):
        plug_in(name, pid, index, card)
    return pid


def main():
    if sys.argv[1] == "--machine":
        be_machine(*sys.argv[2:])
    work = sys.argv[1]
    report = os.fdopen(3, "w", buffering=1)
    run("mount", "-t", "tmpfs", "tmpfs", work)
    os.makedirs(f"{work}/home/ada")
    os.chown(f"{work}/home/ada", 10000, 10000)
    for machine in sys.argv[2:]:
        name, cards = machine.split("=")
        print(name, start_machine(work, name, cards), file=report)
    print("ready", file=report)
    signal.pause()


main()
