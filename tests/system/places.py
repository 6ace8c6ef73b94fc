"""Where scenarios run: in an emulated lab of their own that serves several of them, or each in a native cluster."""

import contextlib
import functools
import os

from harness.lab import Lab
from harness.product import Product
from harness.report import Failed
from native.cluster import Cluster, enter

# What a head and a node take, in MiB (lab/lab_plan.h; tools/test says the sum).
HEAD_MEMORY = 2432
NODE_MEMORY = 1920
# A native node has its image in memory.
NATIVE_HEAD_MEMORY = 512
NATIVE_NODE_MEMORY = 384


class Group:
    """Scenarios of one emulated lab. Where there are several, each of them begins with the lab as it was saved after
    its boot, so their order is no matter. Those that soak run only when somebody names them. `seconds` is what it
    takes beside others on two processors of usual speed."""

    def __init__(self, name, up, scenarios, *, seconds, soaks=False, change=None):
        self.name = name
        self.seconds = seconds
        self.soaks = soaks
        # Gives a changed copy of the ISO, for as long as its context lasts.
        self.change = change or contextlib.nullcontext
        self.up = up
        self.scenarios = scenarios
        self.memory = HEAD_MEMORY + up["nodes"] * NODE_MEMORY
        # A head alone keeps one busy. Of those with nodes no two boot at once, or their timers are wrong.
        self.processors = 1 if up["nodes"] == 0 else 1.5
        # A head alone boots faster than it is worth.
        self.is_saved = up["nodes"] > 0 and len(scenarios) > 1

    def seconds_of(self, _names):
        """What these scenarios take: the lab's boot is most of it."""
        return self.seconds

    def split(self, names):
        """What may run beside each other of these scenarios: all are of one lab."""
        return [names]

    def run(self, chosen, arguments, report):
        """Boots the group's lab and runs its chosen scenarios in it."""
        try:
            with self.change(arguments.iso.resolve()) as iso:
                self._run(chosen, arguments, iso or arguments.iso.resolve(), report)
        except Failed as reason:
            report.fail(f"{self.name}/medium", reason)

    def _run(self, chosen, arguments, iso, report):
        lab = Lab(arguments.muster.resolve(), iso, f"test-{self.name}", report)
        failures = 0
        try:
            with lab:
                if not report.scenario(f"{self.name}/boot", functools.partial(self._boot, lab)):
                    raise Failed("the lab did not come up")
                product = Product(lab, report)
                for name in chosen:
                    body = functools.partial(self._run_scenario, lab, product, self.scenarios[name])
                    if not report.scenario(f"{self.name}/{name}", body):
                        failures += 1
                        lab.show_consoles()
                        self._say_whether_again(f"{self.name}/{name}", body, report)
        except Failed as reason:
            for name in chosen:
                report.skip(f"{self.name}/{name}", reason)

    def _boot(self, lab):
        """From the ISO to a lab that waits as long as its group wants, and is saved then."""
        lab.up(**self.up)
        if self.is_saved:
            lab.save()

    def _run_scenario(self, lab, product, body):
        """One scenario, from the state in which all of its group begin."""
        if self.is_saved:
            lab.go_back()
        body(lab, product)

    def _say_whether_again(self, name, body, report):
        """Tells what fails each time from what fails now and then, which is a defect as well."""
        if self.is_saved:
            say_whether_again(name, body, report)


class NativeGroup:
    """Scenarios that need no firmware and no kernel of their own: each has a native cluster, `up` says which.
    `seconds` is what one takes beside others on two processors of usual speed, `longer` has those that take longer."""

    def __init__(self, name, up, scenarios, *, seconds, longer=None, soaks=False, iso=None):
        self.seconds = seconds
        # Another ISO beside the one that is named, such as "shipped-amd64.iso".
        self.iso = iso
        self.longer = longer or {}
        self.soaks = soaks
        # They wait more than they work. No more than four are beside each other: all machines of a kernel share what
        # root may have of some things (inotify(7)).
        self.processors = max(0.5, len(os.sched_getaffinity(0)) / 4)
        self.name = name
        self.up = up
        self.scenarios = scenarios
        self.memory = NATIVE_HEAD_MEMORY + up["nodes"] * NATIVE_NODE_MEMORY

    def seconds_of(self, names):
        """What these scenarios take."""
        return sum(self.longer.get(name, self.seconds) for name in names)

    def split(self, names):
        """What may run beside each other of these scenarios: each is on its own."""
        return [[name] for name in names]

    def run(self, chosen, arguments, report):
        """Runs one scenario, in namespaces in which nothing else is."""
        enter()
        (name,) = chosen
        iso = arguments.iso.resolve()
        if self.iso is not None:
            iso = iso.with_name(self.iso)
        if not iso.is_file():
            report.skip(f"{self.name}/{name}", f"there is no '{iso}'; 'make test' makes it")
            return
        body = functools.partial(self._run_scenario, iso, report, self.scenarios[name])
        report.scenario(f"{self.name}/{name}", body)

    def _run_scenario(self, iso, report, body):
        with Cluster(iso, report) as cluster:
            try:
                cluster.up(**self.up)
                body(cluster, Product(cluster, report))
            except Exception:
                cluster.show_consoles()
                raise


def say_whether_again(name, body, report):
    """Repeats a scenario that failed, from the same state."""
    try:
        body()
        report.line(f"{name} passes when it is repeated from the same state: it fails now and then")
    except Exception as again:  # it failed already, and is counted
        report.line(f"{name} fails again: {again}")
