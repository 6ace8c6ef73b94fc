"""The extensions that come with Muster, on a cluster of an ISO that has them all."""

import json

from harness.report import expect
from scenarios.extensions import traces

# What the nodes need to hear of a change, and Prometheus to ask them.
PATIENCE = 120
EXTENSIONS = ["accounting", "monitoring", "mpi-bench", "openshmem"]
DATA = "/var/lib/muster-extension-data/monitoring"
PROMETHEUS = "http://127.0.0.1:9090"


def installed(lab):
    return {each["name"]: each for each in json.loads(lab.check("head", "muster", "ext", "list", "--json"))["extensions"]}


def equals(now, wanted):
    return now == wanted, f"it is {now}"


def query(lab, expression):
    """What Prometheus says: values by the name of the machine."""
    done = lab.exec("head", "promtool", "query", "instant", "--format=json", PROMETHEUS, expression)
    if done.returncode != 0:
        return {}
    return {each["metric"].get("instance", ""): each["value"][1] for each in json.loads(done.stdout)}


def says(lab, expression, wanted):
    return equals(query(lab, expression), wanted)


def monitoring(lab, product, count):
    """Prometheus knows every node and Muster's figures, follows nodes, tells alerts, and leaves no trace."""
    names = sorted(product.node_of(f"n{index}").name for index in range(1, count + 1))
    product.wait_for("all came with the ISO", lambda: equals(sorted(installed(lab)), EXTENSIONS), PATIENCE)
    extension = installed(lab)["monitoring"]
    expect((extension["signer"], extension["error"]) == ("muster", ""), f"what came with the ISO: {extension}")
    wanted = {name: "1" for name in names}
    product.wait_for("every node is asked", lambda: says(lab, 'up{job="node"}', wanted), PATIENCE)
    product.wait_for("Muster's figures are there",
                     lambda: equals(query(lab, 'muster_nodes{state="ready"}'), {"master": str(count)}), PATIENCE)
    product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)
    others_see_nothing(lab)
    lab.check("head", "muster", "ext", "configure", "monitoring", "interval_seconds=5")
    gone = product.node_of("n1").name
    lab.power("off", "n1")
    lab.check("head", "muster", "node", "remove", "--yes", "--force", gone)
    left = [name for name in names if name != gone]
    # Prometheus itself answers with what is up to five minutes old.
    product.wait_for("a node that was removed is asked no more",
                     lambda: equals(sorted(query(lab, 'count_over_time(up{job="node"}[20s])')), left), PATIENCE)
    an_alert_is_a_problem(lab, product)
    leaves_no_trace(lab, product, f"n{count}")
    lab.power("on", "n1")


def others_see_nothing(lab):
    """The figures are for the head alone."""
    listening = lab.check("head", "ss", "-Hltn")
    ports = {line.split()[3] for line in listening.splitlines()}
    expect({"127.0.0.1:9090", "127.0.0.1:9100"} <= ports, f"who listens: {ports}")
    expect(not any(port.endswith((":9090", ":9100")) and not port.startswith("127.") for port in ports),
           f"others see it: {ports}")
    state = lab.exec("head", "systemctl", "is-enabled", "prometheus.service").stdout.strip()
    expect(state == "disabled", f"Debian's own Prometheus is {state}")


def an_alert_is_a_problem(lab, product):
    """An alert that fires is in 'muster status', and is gone when its reason is."""
    said = lab.check("head", "promtool", "check", "rules", "/etc/monitoring/rules.yml")
    expect("SUCCESS" in said, f"the rules: {said}")
    figures = f"{DATA}/textfile/memory.prom"
    lab.check("head", "tee", figures, stdin='node_edac_uncorrectable_errors_total{controller="0"} 1\n')
    words = "master: its memory had errors that could not be corrected"
    product.wait_for("the alert is a problem", lambda: has_problem(product, words), 2 * PATIENCE)
    lab.check("head", "rm", figures)
    product.wait_for("it is none any more", lambda: equals(has_problem(product, words)[0], False), 2 * PATIENCE)


def has_problem(product, words):
    problems = product.status().problems
    return any(words in problem for problem in problems), f"the problems are {problems}"


def leaves_no_trace(lab, product, node):
    lab.check("head", "muster", "ext", "remove", "--yes", "--purge", "monitoring")
    for machine in ("head", node):
        product.wait_for(f"nothing of it runs on {machine}", lambda: equals(left_on(lab, machine), []), PATIENCE)


def left_on(lab, machine):
    """What is there of the extension. Debian's packages stay, as they are on the ISO."""
    units = lab.check(machine, "systemctl", "list-units", "--plain", "--no-legend", "monitoring*", "prometheus*")
    files = [line for line in traces(lab, machine) if "/etc/monitoring" in line or "/monitoring" in line]
    return [line.split()[0] for line in units.splitlines()] + files


def accounting(lab, product, count):
    """Jobs are in the database for everybody, people have accounts, and the scheduler goes on without the database."""
    product.wait_for("the scheduler tells the database", lambda: contains(slurm_conf(lab), "accounting_storage/slurmdbd"), PATIENCE)
    lab.check("head", "muster", "user", "add", "grace")
    product.wait_until_nodes_hold_plan(count)
    wanted = ("workshop", "users", "grace")
    product.wait_for("who was added has an account", lambda: contains(accounts(lab), wanted), PATIENCE)
    first = run_job(lab)
    for machine in ("head", "n1"):
        product.wait_for(f"{machine} knows the job of the past", lambda: equals(job(lab, machine, first), "COMPLETED|grace|users"), PATIENCE)
    expect("FAIRSHARE" in lab.check("head", "sprio", "--weights"), "fair share does not count")
    goes_on_without_its_database(lab, product)
    expect(job(lab, "head", first) == "COMPLETED|grace|users", "a job of before is gone")
    copy = lab.check("head", "runuser", "-u", "slurm", "--", "mariadb-dump", "--socket=/run/accounting-database/socket",
                     "--single-transaction", "slurm_jobs")
    expect("workshop_job_table" in copy, "the copy of the database has no jobs")
    said = lab.check("head", "ss", "-Hltn")
    expect(":3306 " not in said, f"the database listens: {said}")
    product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)
    is_gone_without_harm(lab, product)


def slurm_conf(lab):
    return lab.check("head", "cat", "/etc/slurm/slurm.conf")


def contains(now, wanted):
    return wanted in now, f"it is {now}"


def accounts(lab):
    said = lab.exec("head", "sacctmgr", "--noheader", "--parsable2", "list", "association", "format=cluster,account,user").stdout
    return [tuple(line.split("|")) for line in said.splitlines()]


def run_job(lab):
    """The number of a job of Grace's that has run."""
    said = lab.check("head", "runuser", "-u", "grace", "--", "sbatch", "--wait", "--parsable", "--chdir=/home/grace",
                     "--output=/dev/null", "--wrap=true", timeout=PATIENCE)
    return said.strip()


def job(lab, machine, number):
    """What the database has of a job."""
    said = lab.exec(machine, "sacct", "--noheader", "--parsable2", "--allocations", f"--jobs={number}",
                    "--format=state,user,account")
    return (said.stdout + said.stderr).strip()


def goes_on_without_its_database(lab, product):
    """Jobs run meanwhile, also after a start of the scheduler, and are in the database when it is back."""
    units = ["accounting-database.service", "accounting-slurmdbd.service", "accounting-people.service"]
    # What puts services right would start them again meanwhile.
    holds = [f"/run/systemd/system/{unit}.d/hold.conf" for unit in units]
    for hold in holds:
        lab.check("head", "mkdir", "-p", hold.rpartition("/")[0])
        lab.check("head", "tee", hold, stdin="[Unit]\nConditionPathExists=/never\n")
    lab.check("head", "systemctl", "daemon-reload")
    lab.check("head", "systemctl", "stop", *units, timeout=PATIENCE)
    lab.check("head", "systemctl", "restart", "slurmctld.service", timeout=PATIENCE)
    number = run_job(lab)
    states = lab.exec("head", "systemctl", "is-active", *units).stdout.split()
    expect(states == ["inactive"] * 3, f"the database was there meanwhile: {states}")
    expect("refused" in job(lab, "head", number), "somebody answers in place of the database")
    lab.check("head", "rm", *holds)
    lab.check("head", "systemctl", "daemon-reload")
    lab.check("head", "systemctl", "start", *units, timeout=PATIENCE)
    product.wait_for("the job of meanwhile is in the database", lambda: equals(job(lab, "head", number), "COMPLETED|grace|users"),
                     2 * PATIENCE)


def is_gone_without_harm(lab, product):
    lab.check("head", "muster", "ext", "remove", "--yes", "--purge", "accounting")
    product.wait_for("the scheduler has it no more", lambda: equals("Accounting" in slurm_conf(lab), False), PATIENCE)
    product.wait_for("nothing of it is left", lambda: equals(left_of_accounting(lab), []), PATIENCE)
    run_job(lab)


def left_of_accounting(lab):
    units = lab.check("head", "systemctl", "list-units", "--plain", "--no-legend", "accounting*", "slurmdbd*")
    return [line.split()[0] for line in units.splitlines()] + [line for line in traces(lab, "head") if "accounting" in line]


def mpi_bench(lab, product, count):
    """A job on all nodes measures, its sums are right, and the picture is one."""
    product.wait_for("all came with the ISO", lambda: equals(sorted(installed(lab)), EXTENSIONS), PATIENCE)
    names = sorted(product.node_of(f"n{index}").name for index in range(1, count + 1))
    product.wait_for("nodes have its program", lambda: is_there(lab, "n1", "/usr/libexec/mpi-bench-process"), PATIENCE)
    answer = json.loads(lab.check("head", "muster", "ext", "run", "--json", "mpi-bench", "run", f"node[01-{count:02}]"))
    measured = answer["data"]
    expect(sorted(measured["nodes"]) == names, f"who measured: {measured['nodes']}")
    expect([row["bytes"] for row in measured["rows"]] == [4**power for power in range(12)], f"the sizes: {measured}")
    expect(all(value > 0 for row in measured["rows"] for value in row.values() if value is not None), f"the figures: {measured}")
    picture = lab.check("head", "muster", "ext", "run", "mpi-bench", "plot", *names)
    expect(picture.startswith("<svg") and picture.count("<polyline") == 3, f"the picture: {picture[:200]}")
    refused = lab.exec("head", "muster", "ext", "run", "mpi-bench", "run", names[0])
    expect(refused.returncode == 2 and "at least two" in refused.stdout, f"one node: {refused}")
    product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)


def is_there(lab, machine, path):
    done = lab.exec(machine, "test", "-e", path)
    return done.returncode == 0, path


def openshmem(lab, product, count):
    """Processes on all nodes write into each other's memory, and a user compiles and runs the examples."""
    product.wait_for("nodes have its program", lambda: is_there(lab, "n1", "/usr/libexec/openshmem-check-process"), PATIENCE)
    said = lab.check("head", "muster", "ext", "run", "openshmem", "check", f"node[01-{count:02}]", timeout=PATIENCE)
    expect(said.startswith(f"green: {count} processes on {count} nodes"), f"the check: {said}")
    lab.check("head", "muster", "user", "add", "mary")
    product.wait_until_nodes_hold_plan(count)
    as_mary = ["runuser", "-u", "mary", "--"]
    starts = {"ring": ["srun", "--mpi=pmix"], "lock": ["salloc", "--quiet", "oshrun"]}
    for name, (start, *more) in starts.items():
        program = f"/home/mary/{name}"
        lab.check("head", *as_mary, "tee", f"{program}.c", stdin=lab.check("head", "muster", "ext", "run", "openshmem", "example", name))
        lab.check("head", *as_mary, "oshcc", "-o", program, f"{program}.c")
        said = lab.check("head", *as_mary, start, f"--nodes={count}", "--chdir=/home/mary", *more, program, timeout=PATIENCE)
        wanted = ([f"process {own} of {count} has {(own - 1) % count}" for own in range(count)] if name == "ring"
                  else [f"the sum of {count} processes is {100 * count}"])
        expect(sorted(said.splitlines()) == wanted, f"{name}: {said}")
    product.wait_for("all is well", lambda: product.is_well(count), PATIENCE)
