"""Who reaches which machine by SSH, and nobody is asked about a host key."""

from harness.report import expect

# Nobody can answer a question: a host key that is not believed ends the connection.
SSH = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20"]


def root_reaches_nodes(lab, product, count):
    """Root of the head reaches every node by name, by full name and by address."""
    for index in range(1, count + 1):
        node = product.node_of(f"n{index}")
        for name in (node.name, f"{node.name}.muster", node.address):
            said = lab.check("head", *SSH, f"root@{name}", "hostname")
            expect(said.strip() == node.name, f"ssh {name} reached {said}")


def root_of_a_node_reaches_no_other(lab, product):
    """A node that was taken over does not take over the others."""
    other = product.node_of("n2").name
    for name in (other, "head"):
        result = lab.exec("n1", *SSH, name, "true")
        expect(result.returncode == 255 and "Permission denied" in result.stderr,
               f"root of a node reached {name}: {result.stderr}")


def user_reaches_the_nodes_of_a_job(lab, product, count):
    """A user comes to a node where a job of theirs runs, without a password and without a key in /home; with it
    ends the way in. From one node of the job they come to the other."""
    lab.check("head", "muster", "user", "add", "linus")
    product.wait_until_nodes_hold_plan(count)
    first, second = product.node_of("n1").name, product.node_of("n2").name
    as_linus = ["runuser", "-u", "linus", "--"]
    result = lab.exec("head", *as_linus, *SSH, first, "true")
    expect("no active jobs on this node" in result.stderr, f"without a job: {result.stderr}")
    said = lab.check("head", *as_linus, "srun", "--chdir=/home/linus", f"--nodelist={first},{second}", "-N2",
                     "sh", "-c", f"{' '.join(SSH)} {first} hostname && {' '.join(SSH)} {second} hostname",
                     timeout=420)
    expect(sorted(said.split()) == sorted([first, second] * 2), f"between the nodes of a job: {said}")
    inside = f"{' '.join(SSH)} {first} cat /proc/self/cgroup"
    said = lab.check("head", *as_linus, "salloc", "--chdir=/home/linus", f"--nodelist={first}", "sh", "-c", inside,
                     timeout=420)
    expect("step_extern" in said, f"a session is not part of the job: {said}")
    result = lab.exec("head", *as_linus, *SSH, first, "true")
    expect("no active jobs on this node" in result.stderr, f"after the job: {result.stderr}")
    expect(lab.check("head", "ls", "-A", "/home/linus").split().count(".ssh") == 0,
           "a key lies in the user's home")
