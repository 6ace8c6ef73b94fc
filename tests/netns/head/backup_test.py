"""A backup of a running head, restored on one that forgot everything: its nodes go on with the certificates that
they have."""

import json
import os

from client import Client
from head import STATE, make_directories
from node import call_page, is_accepted, make_request
from room import HeadTest
from service_manager import ServiceManager
from terminal import PATIENCE_SECONDS, on_terminal, read_until


class BackedUp(HeadTest):
    FILE = "/root/head.tgz"

    def back_up(self):
        self.head.machine.path(self.FILE).unlink(missing_ok=True)
        self.head.machine.check("mkdir", "-p", "/root")
        return json.loads(self.check("backup", self.FILE, "--json"))

    def forget_everything(self):
        """As a live head whose power was cut."""
        self.head.stop()
        machine = self.head.machine
        machine.check("find", STATE, "-mindepth", "1", "-delete")
        make_directories(machine)
        self.head.start()
        self.addCleanup(self.renew_secrets)

    def renew_secrets(self):
        Client.secrets = self.head.secrets()

    def restore(self):
        with ServiceManager(self.head) as manager:
            self.check("restore", self.FILE, "--yes")
        self.assertEqual(manager.asked, ["stop", "reload-or-restart", "start", "try-reload-or-restart", "try-restart"])

    def up(self):
        node = self.node().boot().enrol()
        self.assertEqual(node.say("ready").status, 200)
        return node


class Restored(BackedUp):
    def test_nodes_go_on_without_a_boot(self):
        node = self.up()
        self.head.admin("POST", "/v1/users", {"name": "grace", "ssh_keys": []})
        slurm_key = self.slurm_key()
        made = self.back_up()
        self.assertEqual(self.head.machine.path(self.FILE).stat().st_mode & 0o777, 0o600)
        self.assertGreaterEqual(made["files"], 6)
        self.forget_everything()
        self.assertEqual(call_page(node.client, "heartbeat").status, 0, "it is another cluster's head")
        self.assertNotEqual(self.slurm_key(), slurm_key)
        self.restore()
        self.assertTrue(is_accepted(node.client))
        self.assertEqual(self.head.node(node.name)["id"], node.id)
        self.assertEqual(self.slurm_key(), slurm_key)
        self.assertIn("grace", self.check("user", "list"))
        self.head.admin("DELETE", "/v1/users/grace")

    def test_a_node_that_renewed_since_is_told_to_join_again_as_itself(self):
        node = self.up()
        self.back_up()
        place = node.place()
        answer = node.client.tls("POST", "/node/v1/renew", {"request": make_request(node.machine, place)})
        renewed = node.keep(answer, place)
        self.assertTrue(is_accepted(renewed))
        self.restore()
        refused = call_page(renewed, "heartbeat")
        self.assertEqual((refused.status, refused.json()["refused"]), (403, "certificate"))
        # As after every start of the head: first whoever has the certificate may speak.
        self.assertIn(f"{node.name} may be up; it has 30 s to say so", node.discover()["reason"])

    def test_the_head_can_go_back_to_what_it_knew(self):
        self.head.machine.path("/var/lib/muster-head/before-restore.tgz").unlink(missing_ok=True)
        before = self.up()
        self.back_up()
        later = self.up()
        self.restore()
        self.assertFalse(is_accepted(later.client), "it was adopted after the backup")
        self.head.machine.check("cp", "/var/lib/muster-head/before-restore.tgz", self.FILE)
        self.restore()
        self.assertTrue(is_accepted(later.client))
        self.assertTrue(is_accepted(before.client))


class Refused(BackedUp):
    def test_a_backup_takes_the_place_of_no_file(self):
        self.back_up()
        before = self.head.machine.path(self.FILE).read_bytes()
        status, _, err = self.muster("backup", self.FILE)
        self.assertEqual(status, 1)
        self.assertIn(f"'{self.FILE}' is there already", err)
        self.assertEqual(self.head.machine.path(self.FILE).read_bytes(), before)

    def test_a_backup_is_a_file(self):
        for name in ("-", "/nowhere/head.tgz", "/root"):
            self.head.machine.check("mkdir", "-p", "/root")
            status, _, err = self.muster("backup", name)
            self.assertEqual(status, 1, name)
            self.assertIn("muster: ", err)
        self.assertFalse(self.head.machine.path("/-").exists())

    def test_nothing_is_restored_without_a_word(self):
        self.back_up()
        status, _, err = self.muster("restore", self.FILE)
        self.assertEqual(status, 2)
        self.assertIn("--yes", err)
        self.assertIn("--dry-run", err)
        self.assertIn("would make this head the one of the backup of 'muster'",
                      self.check("restore", self.FILE, "--dry-run"))

    def test_ctrl_c_at_the_question_leaves_no_keys_behind(self):
        self.back_up()
        restore, ours = on_terminal(self.head.machine, "muster", "restore", self.FILE)
        self.addCleanup(restore.wait)
        self.addCleanup(restore.kill)
        said = read_until(ours, b"[y/N] ")
        self.assertIn(b"make this head the one of the backup of 'muster'", said)
        self.assertEqual(len(self.unpacked()), 1)
        os.write(ours, b"\x03")
        self.assertIn(b"nothing was done", read_until(ours, b"has no such end"))
        restore.wait(PATIENCE_SECONDS)
        os.close(ours)
        self.assertEqual(self.unpacked(), [])

    def test_keys_of_a_backup_that_was_killed_are_removed_by_the_next(self):
        self.head.machine.write("/run/muster-backup.a1B2c3/archive/files/key", "k", mode=0o600)
        self.back_up()
        self.assertEqual(self.unpacked(), [])

    def unpacked(self):
        return [place for kind in ("backup", "restore")
                for place in self.head.machine.path("/run").glob(f"muster-{kind}.??????")]

    def test_a_damaged_backup_changes_nothing(self):
        node = self.up()
        self.back_up()
        place = self.head.machine.path(self.FILE)
        content = bytearray(place.read_bytes())
        content[len(content) // 2] ^= 0xFF
        place.write_bytes(content)
        status, _, err = self.muster("restore", self.FILE, "--yes")
        self.assertEqual(status, 1)
        self.assertIn("damaged", err)
        self.assertTrue(is_accepted(node.client))

    def test_only_root_may_have_the_keys(self):
        for words in (("backup", "/tmp/mine.tgz"), ("restore", self.FILE)):
            done = self.head.machine.run("setpriv", "--reuid=muster", "--regid=muster", "--clear-groups",
                                         "muster", *words)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"only root may", done.stderr)

    def test_a_restore_that_was_interrupted_starts_no_daemon(self):
        node = self.up()
        self.head.daemons.pop("musterd").stop()
        mark = self.head.machine.path(f"{STATE}/restoring")
        mark.write_text("", encoding="utf-8")
        with self.assertRaises(AssertionError):
            self.head.start_musterd()
        self.head.daemons.pop("musterd").stop()
        self.assertIn("a restore of this head was interrupted",
                      self.head.log("musterd").read_text(encoding="utf-8"))
        status, _, err = self.muster("backup", "/root/half.tgz")
        self.assertEqual(status, 1)
        self.assertIn("interrupted", err)
        mark.unlink()
        self.head.start_musterd()
        self.assert_alive(node)
