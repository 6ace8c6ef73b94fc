"""From blank machines to an MPI job, as issue and README promise it."""

import json
import subprocess

from harness.report import expect


def nodes_are_ready(lab, product, count):
    """Every blank machine became a node of its own name and address."""
    nodes = [product.node_of(f"n{index}") for index in range(1, count + 1)]
    expect(all(node is not None and node.state == "ready" for node in nodes),
           f"not every node is ready: {nodes}")
    expect(len({node.name for node in nodes}) == count, f"two machines have one name: {nodes}")
    expect(len({node.address for node in nodes}) == count, f"two nodes have one address: {nodes}")


def names_resolve(lab, product, count):
    """Head and nodes find each other by name, at the addresses that they have."""
    nodes = [product.node_of(f"n{index}") for index in range(1, count + 1)]
    addresses = {"head": product.raw_status()["head"]["address"], **{node.name: node.address for node in nodes}}
    for machine in ["head"] + [f"n{index}" for index in range(1, count + 1)]:
        for name, address in addresses.items():
            said = lab.check(machine, "getent", "ahostsv4", name)
            found = {line.split()[0] for line in said.splitlines()}
            expect(found == {address}, f"{machine} finds {name} at {found}, and it is {address}")


def mpi_job_runs(lab, product, count):
    """`muster job check` is green over all nodes."""
    said = product.job_check("@ready")
    print(said, flush=True)
    expect(f"green: {count} nodes ran" in said, "not every ready node was part of it")


def user_runs_own_program(lab, product, count):
    """An ordinary user compiles on the head in /home and runs it on every node."""
    lab.check("head", "muster", "user", "add", "ada")
    product.wait_until_nodes_hold_plan(count)
    source = ("#include <mpi.h>\n#include <stdio.h>\n"
              "int main(int argc, char **argv) { int rank, size; MPI_Init(&argc, &argv);\n"
              "MPI_Comm_rank(MPI_COMM_WORLD, &rank); MPI_Comm_size(MPI_COMM_WORLD, &size);\n"
              'printf("rank %d of %d\\n", rank, size); MPI_Finalize(); return 0; }\n')
    as_ada = ["runuser", "-u", "ada", "--"]
    lab.check("head", *as_ada, "tee", "/home/ada/hello.c", stdin=source)
    lab.check("head", *as_ada, "mpicc", "-o", "/home/ada/hello", "/home/ada/hello.c")
    said = lab.check("head", *as_ada, "srun", "--chdir=/home/ada", f"-N{count}", "--mpi=pmix",
                     "/home/ada/hello", timeout=420)
    ranks = sorted(line for line in said.splitlines() if line.startswith("rank "))
    expect(ranks == [f"rank {rank} of {count}" for rank in range(count)], f"srun printed: {said}")


def expect_lockdown(lab, machine):
    """A kernel that was started with Secure Boot refuses what would change it (kernel_lockdown(7))."""
    lockdown = lab.check(machine, "cat", "/sys/kernel/security/lockdown")
    expect("[none]" not in lockdown, f"{machine} is not locked down: {lockdown}")


def head_is_locked_down(lab, _product):
    """The head's kernel knows that Secure Boot is on."""
    expect_lockdown(lab, "head")


def secure_boot_was_on(lab, product, count):
    """Every node saw Secure Boot, and its kernel is locked down."""
    for index in range(1, count + 1):
        node = product.node_of(f"n{index}")
        expect(product.hardware(node.name)["secure_boot"], f"{node.name} booted without Secure Boot")
        expect_lockdown(lab, f"n{index}")


def stranger_learns_nothing(lab, product, count):
    """Somebody on the wire without a node's identity gets neither a plan nor a certificate, and the
    administrators' pages are not there (docs/reference/node-protocol.md)."""
    head = lab.check("head", "hostname", "-I").split()[0]
    lab.check_on_wire("ip", "address", "replace", f"{head.rsplit('.', 1)[0]}.250/16", "dev", "wire")
    expect_status(lab, "401", f"https://{head}/node/v1/plan")
    invented = json.dumps({"token": f"v1.{64 * '0'}.{64 * '0'}", "request": certificate_request()})
    expect_status(lab, "403", f"https://{head}/node/v1/enrol", "--header", "Content-Type: application/json",
                  "--data-binary", invented)
    for scheme in ["http", "https"]:
        for page in ["/v1/nodes", "/v1/status", "/v1/users"]:
            expect_status(lab, "404", f"{scheme}://{head}{page}")


def expect_status(lab, wanted, address, *options):
    """Asks from the wire, without knowing the cluster's authority."""
    answer = lab.run_on_wire("curl", "--silent", "--show-error", "--insecure", "--max-time", "20", "--output",
                             "/dev/null", "--write-out", "%{http_code}", *options, address)
    expect(answer.stdout.strip() == wanted,
           f"a stranger got {answer.stdout} in place of {wanted} for {address} {answer.stderr.strip()}")


def certificate_request():
    """One as a node would send it."""
    made = subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                           "-nodes", "-subj", "/CN=stranger", "-keyout", "/dev/null"],
                          check=True, capture_output=True, text=True)
    return made.stdout


def console_tells_how_to_log_in(lab, product):
    """Whoever stands before a head without a key in its description reads the password there."""

    def question():
        shown = lab.console("head")
        return "Log in here as root with the password" in shown, shown[-300:]

    product.wait_for("the console shows the password", question, 60)


def words_reach_a_machine_as_typed(lab, _product):
    """Brackets, braces and dashes are a command's own, whatever they mean to us."""
    words = ["[a,b]", "{}", "[", "]", "--", "--json", "%%", "", "a b"]
    said = lab.check("head", "printf", "%s\\n", *words)
    expect(said.split("\n")[:-1] == words, f"the machine got {said!r}")
