"""What an administrator has nodes do: commands, and restarts that wait for jobs."""

import json

from harness.report import expect

# A part that is under way is looked at so often; a native node is up again within half a minute.
PATIENCE = 300


def commands_run_on_nodes(lab, product, count):
    """Nodes that say the same are one; what fails is told; nothing of a command is left, whatever ends it."""
    same = muster(lab, "exec", "@ready", "--", "sh", "-c", "echo of $(id -un); pwd")
    expect((same.returncode, same.stdout.splitlines()[1:]) == (0, ["of root", "/root"]), f"nodes said: {same}")
    expect(f"({count} nodes)" in same.stdout, f"equal outputs are not one: {same.stdout}")
    names = muster(lab, "exec", "@ready", "--json", "--", "hostname")
    results = json.loads(names.stdout)["results"]
    expect(all(result["out"].strip() == result["nodes"] for result in results) and len(results) == count,
           f"a node said what is another's: {results}")
    first = product.node_of("n1").name
    for words, told in ((["sh", "-c", "echo bad >&2; exit 3"], "exit status 3\nbad"),
                        (["sh", "-c", "kill -9 $$"], "killed by signal 9"),
                        (["sh", "-c", "kill -TERM $$"], "killed by signal 15"),
                        (["no-such-program"], "could not be started"),
                        (["sleep", "300"], "did not end within 5 s")):
        done = muster(lab, "exec", "--timeout", "5", first, "--", *words)
        expect(done.returncode == 1 and told in done.stdout, f"{words}: {done}")
    check_rights(lab, first)
    check_retries(lab, first)
    check_interruptions(lab, product, first)
    told = [json.loads(line) for line in lab.check("head", "muster", "changes", "--json", "--last", "200").splitlines()]
    kinds = {change["kind"] for change in told[0]["changes"]}
    expect({"operation", "request", "stage"} <= kinds, f"what happened was told as {kinds}")
    left = lab.check("n1", "systemctl", "list-units", "--all", "--no-legend", "muster-exec-*")
    expect(left.strip() == "", f"something is left of the commands: {left}")


def check_rights(lab, name):
    """A command has the rights of root, and not those that the agent's service keeps."""
    own = lab.check("n1", "sh", "-c", "grep CapBnd /proc/1/status").split()[1]
    has = muster(lab, "exec", name, "--", "grep", "CapBnd", "/proc/self/status").stdout.split()[-1]
    expect(has == own, f"a command has {has} of {own}")


def check_retries(lab, name):
    """A command that fails once is run once more, as another task of the same node."""
    mark = "/run/tried"
    done = muster(lab, "exec", name, "--retries", "2", "--json", "--", "sh", "-c", f"test -e {mark} || {{ touch {mark}; exit 3; }}")
    (result,) = json.loads(done.stdout)["results"]
    expect((done.returncode, result["state"], result["tries"]) == (0, "done", 1), f"a command that failed once: {done}")


def check_interruptions(lab, product, name):
    """Neither the head's daemon nor the node's agent takes a command twice or forgets it."""
    marks = "/run/marks"
    command = ["sh", "-c", f"echo begun >>{marks}; sleep 15; echo ended >>{marks}"]
    operation = begin(lab, name, command)
    wait_for_state(lab, product, operation, "given")
    lab.check("head", "systemctl", "kill", "--signal=KILL", "musterd.service")
    product.wait_for("the operation is done", lambda: is_over(lab, operation, "done"), PATIENCE)
    expect(lab.check("n1", "cat", marks) == "begun\nended\n", "the command did not run once")
    operation = begin(lab, name, ["sleep", "600"])
    wait_for_state(lab, product, operation, "given")
    lab.check("n1", "systemctl", "kill", "--signal=KILL", "muster-agent.service")
    product.wait_for("the operation has failed", lambda: is_over(lab, operation, "failed"), PATIENCE)
    operation = begin(lab, name, ["sleep", "600"])
    wait_for_state(lab, product, operation, "given")
    lab.check("head", "muster", "operation", "cancel", operation)
    product.wait_for("the operation is cancelled", lambda: is_over(lab, operation, "cancelled"), PATIENCE)


def nodes_restart_one_after_another(lab, product, count):
    """A rolling restart waits for a job, has one node away at a time, and gives all back to Slurm."""
    names = {f"n{index}": product.node_of(f"n{index}").name for index in range(1, count + 1)}
    job = lab.check("head", "sbatch", "--parsable", f"--nodelist={names['n1']}", "--output=/dev/null", "--wrap=sleep 60").strip()
    product.wait_for("the job runs", lambda: job_state(lab, job, "RUNNING"), PATIENCE)
    a_window_ends(lab, product, names["n1"], job)
    shown, most_away = restart_in_turn(lab, product, names, "@ready")
    expect(shown["state"] == "done", f"the rolling restart: {shown}")
    expect(most_away == 1, f"{most_away} nodes were away at once")
    expect(job_state(lab, job, "COMPLETED")[0], f"the job was not let end: {job_state(lab, job, '')[1]}")
    product.wait_for("Slurm has all nodes again", lambda: (product.is_well(count)), PATIENCE)
    states = lab.check("head", "sinfo", "--noheader", "--Node", "--format=%N %T").split("\n")
    expect(not any("drain" in line for line in states), f"a node stays drained: {states}")


def is_drained(lab, name):
    drained = lab.check("head", "sinfo", "--noheader", "--Node", "--states=drain", "--format=%N ").split()
    return name in drained, f"drained: {drained}"


def a_window_ends(lab, product, name, job):
    """A node that waits for a job is shown as draining, and takes jobs again when the operation's time is over."""
    begun = muster(lab, "reboot", name, "--deadline", "12 s", "--json")
    operation = json.loads(begun.stdout)["operation"]
    product.wait_for("the node drains", lambda: (f"goes down for operation {operation}" in muster(lab, "list").stdout, ""), PATIENCE)
    # The head says so as soon as the node has the task; the node asks Slurm then.
    product.wait_for("Slurm drains it", lambda: is_drained(lab, name), PATIENCE)
    product.wait_for("the operation is cancelled", lambda: is_over(lab, operation, "cancelled"), PATIENCE)
    expect(job_state(lab, job, "RUNNING")[0], "the job did not go on")
    product.wait_for("the node takes jobs again", lambda: (
        lab.check("head", "sinfo", "--noheader", "--Node", "--states=drain", "--format=%N ").strip() == "", ""), PATIENCE)


def restart_in_turn(lab, product, names, whom):
    """A rolling restart, one node at a time, to its end: the operation, and how many were away at once at most."""
    begun = muster(lab, "reboot", whom, "--rolling", "1", "--json")
    operation = json.loads(begun.stdout)["operation"]
    most_away = 0

    def question():
        nonlocal most_away
        away = [machine for machine in names if product.node_of(machine).state != "ready"]
        most_away = max(most_away, len(away))
        for machine in away:
            # A native machine that restarts stays off.
            if product.node_of(machine).state == "off":
                lab.power("off", machine)
                lab.power("on", machine)
        shown = show(lab, operation)
        return shown["state"] not in ("running", "ending"), f"{shown['state']} {shown['counts']}"

    product.wait_for("the rolling restart ends", question, 2 * PATIENCE)
    return show(lab, operation), most_away


def muster(lab, verb, *words):
    return lab.exec("head", "muster", "node", verb, *words)


def begin(lab, name, command):
    """A command in the background; the operation's name."""
    return json.loads(muster(lab, "exec", "--background", "--json", name, "--", *command).stdout)["operation"]


def show(lab, operation):
    return json.loads(lab.check("head", "muster", "operation", "show", operation, "--json"))


def is_over(lab, operation, state):
    """As a question of Product.wait_for. A daemon that starts anew does not answer."""
    done = lab.exec("head", "muster", "operation", "show", operation, "--json")
    shown = json.loads(done.stdout) if done.returncode == 0 else {"state": "no answer"}
    expect(shown["state"] in ("no answer", "running", "ending", state), f"the operation: {shown}")
    return shown["state"] == state, shown["state"]


def wait_for_state(lab, product, operation, state):
    product.wait_for(f"the command is {state}", lambda: (show(lab, operation)["counts"][state] > 0, ""), PATIENCE)


def job_state(lab, job, wanted):
    """As a question of Product.wait_for."""
    shown = lab.check("head", "scontrol", "show", "job", job, "--oneliner")
    state = next(word.split("=")[1] for word in shown.split() if word.startswith("JobState="))
    return state == wanted, state
