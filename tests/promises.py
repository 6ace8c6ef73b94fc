#!/usr/bin/env python3
"""Which promise of the documentation is held by which test: promises.py SOURCE [--check]

Prints a page in Markdown. A promise is a sentence, or a part of one, as it stands in a document; a test is a scenario of
tests/system, or a file below tests/. --check says what is wrong: a sentence that is no longer there, a test that does
not exist, a scenario that holds no promise."""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "system"))

# The path above must be set first.
from matrix import groups  # noqa: E402

PROMISES = {
    "docs/quick-start.md": {
        "Boot one machine from the ISO and choose *Live head*; it is chosen by itself after ten seconds.":
            ["bios/nodes_ready", "secureboot/nodes_ready", "uefi/node_boots_by_http", "uefi-pxe/nodes_ready",
             "usb-bios/head_ready", "usb-uefi/head_ready", "usb-secureboot/head_ready", "igb/head_ready", "vmxnet3/head_ready"],
        "The console shows the head's address and how to log in":
            ["usb-bios/console_tells_how_to_log_in", "usb-uefi/console_tells_how_to_log_in",
             "usb-secureboot/console_tells_how_to_log_in", "igb/console_tells_how_to_log_in",
             "vmxnet3/console_tells_how_to_log_in"],
        "A head with a second card to your campus has an address there as well.":
            ["secureboot/site_is_found", "native-site/site_is_found"],
        "A state disk keeps the decision, so a head that decided once does not ask again after a power cut.":
            ["clocks/decision_is_remembered"],
        "If it finds one, it gives no addresses, and `muster status` names that server.":
            ["native/second_dhcp_server", "native/cable_out", "netns/head/other_server_test.py"],
        "After a power cut such a head comes back by itself. Nodes that run go on meanwhile.": ["bios/state_disk", "starts/head_killed_while_it_starts"],
        "boot from the network first (PXE or UEFI HTTP Boot)":
            ["bios/nodes_ready", "native/nodes_ready", "uefi-pxe/nodes_ready", "uefi/node_boots_by_http"],
        "Secure Boot may stay on.": ["secureboot/secure_boot_on", "usb-secureboot/head_is_locked_down"],
        "The check compiles an MPI program and runs it on all nodes.":
            ["bios/mpi_job", "secureboot/mpi_job", "native/mpi_job"],
        "The nodes get her account within half a minute.": ["native/own_program", "netns/head/groups_test.py"],
    },
    "docs/extensions.md": {
        "What an extension changed on nodes and on the head is put back when it is removed, while they run.":
            ["native/extension_comes_and_goes", "native/extension_serves", "netns/head/extensions_test.py"],
        "The first command makes a project that works at once":
            ["native/extension_serves", "netns/head/extensions_python_test.py"],
        "whose steps fail on the head, is taken back": ["native/extension_serves", "netns/head/extensions_python_test.py"],
        "When its hook fails with them, nothing changes, and the command says why.":
            ["netns/head/extensions_python_test.py", "unit/control/extensions_test.cpp"],
        "`NAME.gex` with its `.tgz`, as Gluster's platform had them, is installed unchanged":
            ["netns/head/extensions_python_test.py", "unit/package/gex_test.cpp"],
        "Root's helper checks each step for the head by itself": ["unit/plans/head_rights_test.cpp", "native/extension_serves"],
        "another one refuses it with a message": ["contract/exthost/exthost_test.py"],
        "The same project always gives the same bytes.": ["unit/package/archive_test.cpp"],
        "They need no signature":
            ["shipped/monitoring", "netns/head/extensions_shipped_test.py"],
        "When an alert fires, such as a file system that is nearly full": ["shipped/monitoring"],
        "The sums of the allreduce are checked.": ["shipped/mpi_bench"],
        "The scheduler goes on without the database, and tells it later what happened meanwhile": ["shipped/accounting"],
        "The scheduler has them after all steps of the extension for the head were done, not before":
            ["shipped/accounting", "unit/control/extension_scheduler_test.cpp"],
        "all add to one number below a lock": ["shipped/openshmem"],
        "leaves the directory, and says so": ["netns/head/extensions_shipped_test.py"],
        "An unsigned extension is installed only with `--allow-unsigned`":
            ["native/extension_comes_and_goes", "netns/head/extensions_test.py"],
        "They see the files that everybody may read, and none of Muster's.": ["native/extension_comes_and_goes"],
        "A file, a directory and a unit belong to one extension, and so does what is below a path.": [
            "unit/extensions/grant_test.cpp", "unit/plans/head_rights_test.cpp", "netns/head/extensions_test.py", "unit/package/install_test.cpp"],
        "An archive of another program is refused when it breaks one rule": ["unit/package/hostile_test.cpp"],
        "Nodes are told in the order in which things happened to them, at least once":
            ["unit/control/extension_worker_test.cpp", "netns/head/extensions_nodes_test.py"],
        "An extension that hangs or fails keeps no other from working.": ["netns/head/extensions_nodes_test.py"],
        "A head that starts from the ISO installs what `cluster.yaml` names":
            ["native/extension_from_iso", "netns/head/extensions_iso_test.py"],
        "an extension is refused whose Debian packages the head or the images of the ISO do not have.":
            ["netns/head/extensions_iso_test.py"],
        "has are run, by their whole path.": ["netns/head/extensions_nodes_test.py"],
        "stay when another version is installed, and go with the extension.":
            ["netns/head/extensions_nodes_test.py", "netns/head/extension_tutorial_test.py",
             "unit/control/extension_notes_test.cpp"],
    },
    "docs/admin-guide.md": {
        "The command runs as root on all these nodes at once, and nodes that say the same are shown together:":
            ["native/commands", "netns/head/operations_test.py"],
        "Ctrl-C ends the command on all nodes, and `--background` leaves it to the head.":
            ["native/commands", "netns/head/operations_test.py"],
        "Nodes take a new image while the head goes on.": ["native/another_image"],
        "`muster image remove` removes an added": ["native/another_image", "unit/provisioning/catalogue_test.cpp"],
        "Nodes that run as `fluid` mount it, and take jobs only while it is mounted.":
            ["native/volume_of_a_profile", "unit/plans/plans_test.cpp"],
        "A node that gets another profile mounts its volumes from its next start on.": ["native/volume_of_a_profile"],
        "A change reaches them with `muster apply`": ["native/time_zone_follows"],
        "Two groups are for others:": ["netns/head/roles_test.py"],
        "`muster changes --follow` shows what happens on the cluster as it happens":
            ["native/commands", "netns/head/changes_test.py"],
        "With `--drain` each node restarts as soon as its own jobs have ended": ["native/rolling_restart"],
        "It keeps its place in a rolling restart": ["unit/operations/operation_test.cpp"],
        "A second one that names it is refused until the first has ended for this node.":
            ["unit/operations/operations_begin_test.cpp"],
        "A card on which a server answers leads to the site, and so does a card that has a default route already.":
            ["native-site/site_is_found", "netns/site/evidence_test.cpp"],
        "It also answers ping. Nobody in the site reaches the head's address on the cluster's network.":
            ["secureboot/site_sees_little", "native-site/site_sees_little", "netns/site/firewall_test.cpp"],
        "| `nodes.route` | nodes reach the site |":
            ["secureboot/nodes_reach_the_site", "native-site/nodes_reach_the_site"],
        "every machine of the cluster believes this authority for names and addresses of the cluster":
            ["native/root_reaches_nodes", "bios/names_resolve", "secureboot/names_resolve", "native/names_resolve"],
        "A disk of the head that is mounted at `/home/ada` or below a volume is shared with the nodes":
            ["secureboot/file_systems_below_home_are_shared"],
        "`muster status` tells Slurm's reason": ["native/drained_node_is_told"],
        "On an installed head, `apt-get upgrade` updates the head.": ["native/upgrade_loses_no_node", "packages/run.py"],
        "What you take out of `cluster.yaml` is taken back from the head and from running nodes, without a boot":
            ["secureboot/volume_comes_and_goes", "unit/apply/undo_test.cpp"],
        "A file that names them, also one of `muster rollback`, gives them their number and home again":
            ["secureboot/volume_comes_and_goes", "netns/head/apply_test.py"],
        "A volume that somebody uses stays mounted there until nobody does.": ["secureboot/volume_comes_and_goes"],
        "A volume in the head's memory stays on the head while it has files.": ["secureboot/volume_comes_and_goes"],
        "Nodes that run find the head again within a minute, without a boot.":
            ["bios/head_power_cut", "netns/head/backup_test.py"],
        "A daemon that does not go on is ended after three minutes and started again": ["native/hung_daemon"],
        "a live head whose first process does not go on for two minutes is restarted by the machine's watchdog":
            ["usb-bios/head_is_watched"],
        "they keep their addresses when the head is away for longer than a lease": ["native/lease_ends"],
        "is put right and noted": ["native-site/changes_are_put_right", "chaos/comes_back_from_faults"],
        "Nodes follow the head, and set their clock at once when it is wrong.": ["clocks/clock_ahead_and_back"],
    },
    "docs/user-guide.md": {
        "You can log in with SSH to a node while a job of yours runs on it":
            ["secureboot/user_reaches_the_nodes_of_a_job"],
    },
    "docs/troubleshooting.md": {
        "`failed at stage 'image': … wrong hash`": ["native/corrupted_image"],
        "`muster node list` shows the stage, and `muster node why NAME` the reason.": ["native/pulled_mid_image"],
        "names the switch and the port that the node is connected to, if the switch speaks LLDP":
            ["native/switch_port"],
    },
    "docs/threat-model.md": {
        "Port 80 serves boot loaders by their names and the files of the head's images by the": ["native/stranger", "netns/head/hostile_test.py"],
        "none is taken whose hash is another one than its image says, and no link of an ISO file is followed.":
            ["unit/cli/medium_source_test.cpp", "unit/provisioning/catalogue_test.cpp"],
        "A node gives up its own key and certificate only when the head says so":
            ["native/refused_certificate", "netns/head/refusal_test.py"],
        "A decision that could not be written to the disk did not happen": ["musterd/power.py", "musterd/kill.py"],
        "With Secure Boot on, the firmware refuses an ISO in whose boot loader somebody changed a bit.":
            ["changed-grub/changed_grub_is_refused"],
        "Root of a node has no such key, and reaches no other machine.": ["native/root_of_a_node_reaches_no_other"],
    },
    "docs/man/muster.1": {
        "reach the machine as they were typed.": ["usb-bios/words_as_typed"],
    },
    "docs/jobs.md": {
        "boots again takes jobs again by itself, and so does a node whose cable was out": ["native/returns_to_work"],
    },
}


def scenarios():
    """The names of all scenarios, with where they run."""
    return {f"{group.name}/{name}" for group in groups() for name in group.scenarios}


def words(text):
    """A text without its line breaks."""
    return " ".join(text.split())


def mistakes(source):
    """What is wrong with the table, a line each."""
    known, held = scenarios(), set()
    for document, promises in PROMISES.items():
        text = words((source / document).read_text(encoding="utf-8"))
        for promise, tests in promises.items():
            if words(promise) not in text:
                yield f"{document} does not say: {promise}"
            for test in tests:
                held.add(test)
                if test not in known and not (source / "tests" / test).exists():
                    yield f"there is no test '{test}', which should hold: {promise}"
            if not tests:
                yield f"no test holds: {promise}"
    for name in sorted(known - held):
        yield f"scenario '{name}' holds no promise of the documentation"


def page():
    """The table for people."""
    yield "# What the documentation promises, and which test holds it\n"
    for document, promises in PROMISES.items():
        yield f"## {document}\n"
        yield "| promise | tests |\n|---|---|"
        for promise, tests in promises.items():
            yield f"| {words(promise)} | {', '.join(f'`{test}`' for test in tests)} |"
        yield ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.check:
        print("\n".join(page()))
        return 0
    found = list(mistakes(options.source))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
