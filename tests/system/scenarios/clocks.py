"""Clocks that are years off, and what a head decided before a power cut."""

from harness.report import expect

YEARS = 10
# Sets the clock that a machine keeps while it is off (rtc(4), RTC_SET_TIME) that many years from now.
SET_CLOCK = """
import datetime, fcntl, struct, sys
now = datetime.datetime.now(datetime.timezone.utc)
then = now.replace(year=now.year + int(sys.argv[1]), day=min(now.day, 28))
with open("/dev/rtc0", "rb") as clock:
    fcntl.ioctl(clock, 0x4024700a, struct.pack("9i", then.second, then.minute, then.hour, then.day, then.month - 1,
                                               then.year - 1900, 0, 0, 0))
"""


def decision_is_remembered(lab, product, count):
    """Which card leads where is not looked for again after a power cut: a head with a state disk knows."""
    lab.check("head", "muster", "head", "keep", "/dev/vda")
    for _ in range(2):
        restart_head(lab, product)
        said = lab.check("head", "journalctl", "--boot", "--unit", "muster-prepare", "--output", "cat")
        expect("looking again" not in said, f"the head looked for evidence: {said}")
        expect("Which card" not in said, f"the head asked: {said}")
        expect(product.raw_status()["external"] is not None, "the head lost its network to the site")
    product.wait_until_nodes_hold_plan(count)


def clock_ahead_and_back(lab, product, count):
    """A head with a state disk starts with a clock that is years ahead, then one that is years behind, then the
    right one: nodes enrol each time, and jobs run."""
    for years in (YEARS, -2 * YEARS, YEARS):
        lab.check("head", "python3", "-c", SET_CLOCK, str(years))
        restart_head(lab, product)
        nodes_start_anew(lab, product, count)


def restart_head(lab, product):
    """A reset, as by the button: the machine's clock goes on."""
    before = lab.check("head", "cat", "/proc/sys/kernel/random/boot_id")
    lab.power("reset", "head")

    def is_another():
        now = lab.exec("head", "cat", "/proc/sys/kernel/random/boot_id", wait=900).stdout
        return now not in ("", before), "the head has not started anew"

    product.wait_for("the head starts", is_another, 900)
    product.wait_until_ready()


def nodes_start_anew(lab, product, count):
    """Every node is reset, enrols, and runs a job."""
    names = []
    for index in range(1, count + 1):
        lab.power("reset", f"n{index}")
        node = product.wait_for_node(f"n{index}", lambda node: node.state == "booting", "starts")
        node = product.wait_for_node(f"n{index}", lambda node: node.state == "ready", "is back", timeout=900)
        names.append(node.name)
    product.job_check(",".join(names))
