"""The command line on a head, with the real daemon: whom it takes a word for, and what it says to programs."""

import json

from room import HeadTest
from units import SOURCE

# Slurm's programs as far as the command line asks them; the jobs are in a file, as squeue prints them.
SQUEUE = "#!/bin/sh\necho \"$0 $*\" >>/run/slurm-asked\ncat /run/slurm-jobs\n"
SINFO = "#!/bin/sh\ncat /run/slurm-nodes\n"
SCONTROL = "#!/bin/sh\necho \"scontrol $*\" >>/run/slurm-asked\n"


class CommandLine(HeadTest):
    def setUp(self):
        for name, text in (("squeue", SQUEUE), ("sinfo", SINFO), ("scontrol", SCONTROL)):
            self.head.machine.write(f"/usr/local/bin/{name}", text, mode=0o755)
        self.scheduler()

    def scheduler(self, jobs="", nodes=()):
        """What the scheduler knows from now on."""
        self.head.machine.write("/run/slurm-jobs", jobs)
        self.head.machine.write("/run/slurm-nodes", "".join(f"{name}|idle|none\n" for name in nodes))
        self.head.machine.write("/run/slurm-asked", "")

    def asked(self):
        """The changes that the scheduler was asked for."""
        text = self.head.machine.path("/run/slurm-asked").read_text(encoding="utf-8")
        return [line for line in text.splitlines() if line.startswith("scontrol")]

    def run_on_head(self, *argv, **more):
        done = self.head.machine.run(*argv, **more)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def muster(self, *words, **more):
        return self.run_on_head("muster", *words, **more)

    def json(self, *words):
        """The one document that a command which succeeds prints."""
        status, out, err = self.muster(*words, "--json")
        self.assertEqual(status, 0, out + err)
        return json.loads(out)

    def up(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        return node


class Names(CommandLine):
    """Nodes by name, group, MAC address and id, in one word."""

    def listed(self, word):
        return {node["mac"] for node in self.json("node", "list", word)["nodes"]}

    def test_a_list_takes_names_groups_macs_and_ids_together(self):
        one, two, three = self.up(), self.up(), self.up()
        other = self.node()
        self.assertEqual(other.discover()["state"], "wait")
        self.assertEqual(self.listed(one.mac), {one.mac})
        self.assertEqual(self.listed(other.mac.replace(":", "-")), {other.mac})
        self.assertEqual(self.listed(f"{one.name},{two.id},{other.mac}"), {one.mac, two.mac, other.mac})
        self.assertLessEqual({one.mac, three.mac, other.mac}, self.listed(f"@ready,{other.mac}"))

    def test_a_mac_address_that_nobody_has_is_said_to_be_unknown(self):
        status, _, err = self.muster("node", "list", "52:54:00:ff:ff:ff")
        self.assertEqual(status, 1)
        self.assertIn("no node of '52:54:00:ff:ff:ff' is known", err)

    def test_show_and_wait_take_a_mac_address(self):
        node = self.up()
        self.assertEqual([shown["name"] for shown in self.json("node", "show", f"{node.mac},{node.name}")],
                         [node.name, node.name])
        status, _, err = self.muster("node", "wait", node.mac, "--timeout", "0")
        self.assertEqual(status, 1)
        self.assertIn(f"not ready within 0 s: {node.name}", err)

    def test_a_machine_is_adopted_with_a_name(self):
        node = self.node()
        self.assertEqual(node.discover()["state"], "wait")
        self.assertEqual(self.json("node", "adopt", node.mac, "--name", "viz01")["names"], ["viz01"])


class Shown(CommandLine):
    """What is so now, for people and for programs."""

    def test_discovery_and_dhcp_are_shown_without_a_verb(self):
        self.addCleanup(self.head.admin, "POST", "/v1/discovery", {"policy": "ask", "minutes": 0})
        self.assertEqual(self.muster("discover")[:2], (0, "unknown machines wait for 'muster node adopt'\n"))
        answer = self.json("discover", "open", "--minutes", "30")
        self.assertEqual((answer["policy"], answer["until_ms"] - answer["now_ms"] > 1_700_000), ("open", True))
        self.assertRegex(self.muster("discover", "show")[1], r"^every machine that boots until .*:.. is adopted$")
        self.assertEqual(self.json("dhcp")["mode"], "serve")
        self.assertEqual(self.muster("dhcp", "show")[1], "this head gives addresses in the cluster's network\n")

    def test_groups_are_listed_and_shown(self):
        node = self.up()
        groups = {group["name"]: group for group in self.json("group", "list")["groups"]}
        self.assertIn(node.name, groups["ready"]["names"])
        self.assertEqual(self.muster("group", "show", "@rack1", "--names")[1],
                         self.muster("group", "show", "rack1", "--names")[1])
        self.assertIn("rack1", self.muster("group", "list", node.name, "--names")[1].splitlines())
        self.assertNotIn("failed", self.muster("group", "list", node.name, "--names")[1].splitlines())
        status, _, err = self.muster("group", "show", "rack9")
        self.assertEqual(status, 2)
        self.assertIn("there is no group '@rack9'; groups: @", err)


class Removed(CommandLine):
    """Nothing is forgotten that somebody uses, and nothing without a yes."""

    def test_a_node_with_a_job_stays_without_force(self):
        node = self.up()
        self.scheduler(jobs=f"12|ada|{node.name}\n")
        status, _, err = self.muster("node", "remove", node.name, "--yes")
        self.assertEqual(status, 1)
        self.assertIn(f"job 12 of ada runs on {node.name}; wait until they have ended, or end them with --force", err)
        self.assertEqual(self.head.node(node.name)["state"], "ready")
        self.assertEqual(self.json("node", "remove", node.mac, "--yes", "--force"), {"removed": [node.mac]})

    def test_without_a_terminal_and_without_yes_nothing_is_removed(self):
        node = self.up()
        for words in (("node", "remove", "@*"), ("node", "remove", node.name)):
            status, _, err = self.muster(*words)
            self.assertEqual(status, 2)
            self.assertIn("there is no terminal; add --yes", err)
        self.assertIn(f"would forget 1 node {node.name}", self.muster("node", "remove", node.name, "--dry-run")[1])
        self.assertEqual(self.json("node", "remove", node.name, "--dry-run"),
                         {"removed": [node.name], "dry_run": True})
        self.assertEqual(self.head.node(node.name)["state"], "ready")


class Rebooted(CommandLine):
    """No job begins on a node that is about to reboot."""

    def wish(self, node):
        return node.client.tls("POST", "/node/v1/heartbeat", {}).json().get("reboot")

    def test_the_scheduler_places_no_job_while_the_node_is_asked(self):
        node = self.up()
        self.scheduler(nodes=[node.name])
        answer = self.json("node", "reboot", node.mac, "--reason", "new BIOS")
        self.assertEqual(answer["rebooting"], [node.name])
        self.assertIsNotNone(self.wish(node))
        self.assertIn(("reboot", "asked for by root: new BIOS"), self.head.events(node.name))
        (reserved,) = self.asked()
        self.assertRegex(reserved, f"^scontrol create reservation reservationname=muster-reboot-[0-9a-f]{{8}} "
                                   f"starttime=now duration=6 users=root nodes={node.name}$")

    def test_jobs_that_run_keep_a_node_up_unless_they_are_to_end(self):
        node = self.up()
        self.scheduler(nodes=[node.name], jobs=f"12|ada|{node.name}\n")
        status, _, err = self.muster("node", "reboot", node.name)
        self.assertEqual(status, 1)
        self.assertIn(f"job 12 of ada runs on {node.name}", err)
        self.assertIsNone(self.wish(node))
        self.assertEqual(self.muster("node", "reboot", node.name, "--force")[0], 0)
        self.assertIsNotNone(self.wish(node))
        reserved, ended = self.asked()
        self.assertTrue(reserved.endswith("flags=ignore_jobs"), reserved)
        self.assertEqual(ended, f"scontrol update nodename={node.name} state=down reason=rebooted by root")

    def test_a_node_that_is_off_is_named_and_the_others_are_given_back(self):
        node, off = self.up(), self.up()
        self.assertEqual(off.say("stopping").status, 200)
        self.scheduler(nodes=[node.name, off.name])
        status, _, err = self.muster("node", "reboot", f"{node.name},{off.name}", "--force")
        self.assertEqual(status, 1)
        self.assertIn(f"{off.name} is off", err)
        self.assertIsNone(self.wish(node))
        reserved, returned = self.asked()
        name = reserved.split("reservationname=")[1].split()[0]
        self.assertEqual(returned, f"scontrol delete reservation={name}")

    def test_jobs_that_cannot_be_read_leave_the_nodes_to_the_scheduler(self):
        node = self.up()
        self.scheduler(nodes=[node.name], jobs="slurm_load_jobs error\n")
        status, _, err = self.muster("node", "reboot", node.name, "--force")
        self.assertEqual(status, 1)
        self.assertIn("cannot understand the scheduler's line", err)
        self.assertIsNone(self.wish(node))
        reserved, returned = self.asked()
        name = reserved.split("reservationname=")[1].split()[0]
        self.assertEqual(returned, f"scontrol delete reservation={name}")

    def test_waiting_for_it_ends_with_the_next_boot_only(self):
        node = self.up()
        self.assertEqual(self.muster("node", "reboot", node.name)[0], 0)
        status, _, err = self.muster("node", "wait", node.name, "--timeout", "0")
        self.assertEqual(status, 1, "it is ready, and about to go")
        self.assertIn("is about to reboot", err)


class ParallelShell(CommandLine):
    """ClusterShell's own programs with Muster's groups."""

    def setUp(self):
        super().setUp()
        machine = self.head.machine
        for source, place in (("packaging/clustershell/muster.conf", "/etc/clustershell/groups.conf.d/muster.conf"),
                              ("packaging/layers/include/head/usr/etc/clustershell/groups.conf",
                               "/usr/etc/clustershell/groups.conf")):
            machine.write(place, (SOURCE / source).read_text(encoding="utf-8"))

    def nodeset(self, *words):
        status, out, err = self.run_on_head("nodeset", *words)
        self.assertEqual(status, 0, err)
        return out.strip()

    def test_groups_of_every_kind_are_node_sets(self):
        node = self.up()
        for group in ("@ready", "@muster:ready", "@rack1", "@default"):
            self.assertIn(node.name, self.nodeset("-e", group).split())
        self.assertEqual(self.nodeset("-f", "@*"), self.nodeset("-f", "-a"))
        self.assertEqual(self.nodeset("-f", "@failed"), "")

    def test_groups_are_listed_and_found_by_their_nodes(self):
        node = self.up()
        self.assertLessEqual({"@rack1", "@ready", "@gpu"}, set(self.nodeset("-l").split()))
        self.assertLessEqual({"@rack1", "@ready"}, set(self.nodeset("-l", node.name).split()))
        self.assertIn("@rack1 ", self.nodeset("-ll"))

    def test_a_command_runs_on_the_nodes_of_a_group(self):
        node = self.up()
        status, out, err = self.run_on_head("clush", "-w", node.name, "-R", "exec", "-w", "@failed", "echo", "%h")
        self.assertEqual(status, 0, err)
        self.assertEqual(out, f"{node.name}: {node.name}\n")
        everywhere = self.run_on_head("clush", "-a", "-R", "exec", "-b", "true")
        self.assertEqual(everywhere[0], 0, everywhere)

    def test_a_source_of_the_packages_own_file_still_works(self):
        self.head.machine.write("/etc/clustershell/groups.d/local.cfg", "lab: n[001-002]\n")
        self.assertEqual(self.nodeset("-f", "@local:lab"), "n[001-002]")

    def test_a_name_is_never_a_command(self):
        for name in ("$(touch /run/pwned)", "`touch /run/pwned`", "';touch /run/pwned;'", '";touch /run/pwned;"'):
            status, _, _ = self.run_on_head("nodeset", "-f", f"@muster:{name}")
            self.assertNotEqual(status, 0, name)
            self.run_on_head("nodeset", "-l", name)
            self.assertFalse(self.head.machine.path("/run/pwned").exists(), name)
