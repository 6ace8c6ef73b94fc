"""Another cluster.yaml for a running head, its history, and the way back."""

import fcntl
import json
import os
import shutil

from room import HeadTest
from service_manager import Helper, ServiceManager
from terminal import PATIENCE_SECONDS, on_terminal, read_until

SPEC = "/etc/muster/cluster.yaml"
WANTED = "/root/wanted.yaml"
HISTORY = "/var/lib/muster-head/history"
LOCK = "/run/muster-apply.lock"


class Applied(HeadTest):
    def setUp(self):
        self.machine = self.head.machine
        self.machine.check("mkdir", "-p", "/root")
        shutil.rmtree(self.machine.path(HISTORY), ignore_errors=True)
        self.before = self.machine.path(SPEC).read_text(encoding="utf-8")
        self.addCleanup(self.put_back)

    def put_back(self):
        if self.machine.path(SPEC).read_text(encoding="utf-8") == self.before:
            return
        self.machine.write(SPEC, self.before)
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        self.head.apply()

    def act(self, *words):
        with Helper(self.machine), ServiceManager(self.head) as manager:
            said = self.check(*words)
        self.assertEqual(manager.asked, ["reload-or-restart", "restart"])
        return said

    def with_volume(self):
        text = self.before.replace("\nvolumes:", "\nvolumes:\n  - name: scratch\n    mount: /scratch")
        self.machine.write(WANTED, text)
        return text

    def history(self):
        return json.loads(self.check("history", "--json"))["generations"]

    def mounts(self):
        return [step["target"] for step in self.head.plan()["steps"] if step["step"] == "mount"]

    def test_a_volume_comes_and_goes(self):
        # What the helper notes of a head that nobody changed yet.
        self.act("apply", "--yes")
        wanted = self.with_volume()
        said = self.act("apply", WANTED, "--yes")
        self.assertIn("added", said)
        self.assertIn("/scratch", said)
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), wanted)
        self.assertIn("/scratch", self.mounts())
        self.assertEqual(self.check("history", "2"), wanted)
        said = self.act("rollback", "--yes")
        self.assertIn("removed", said)
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)
        self.assertNotIn("/scratch", self.mounts())
        self.assertEqual([each["how"] for each in self.history()], ["went back to 1", "applied", "applied"])
        self.assertEqual({each["who"] for each in self.history()}, {"root"})
        self.assertEqual([each["number"] for each in self.history()], [3, 2, 1])

    def edit(self, text):
        """As somebody with an editor."""
        self.machine.write(SPEC, text)

    def test_what_somebody_edited_is_not_lost(self):
        self.act("apply", "--yes")
        self.edit(self.before + "# mine\n")
        self.with_volume()
        self.act("apply", WANTED, "--yes")
        self.assertEqual([each["how"] for each in self.history()], ["applied", "not applied", "applied"])
        self.assertEqual(self.check("history", "2"), self.before + "# mine\n")
        self.act("rollback", "--yes")
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)

    def test_the_first_text_of_a_head_is_not_lost(self):
        self.with_volume()
        self.act("apply", WANTED, "--yes")
        self.assertEqual([each["how"] for each in self.history()], ["applied", "from the file"])
        self.act("rollback", "--yes")
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)

    def test_a_head_that_does_not_start_goes_back(self):
        self.act("apply", "--yes")
        self.edit("nonsense: 1\n")
        self.head.daemons.pop("musterd").stop()
        status, _, err = self.muster("rollback")
        self.assertEqual(status, 2)
        self.assertIn("--yes", err)
        self.assertIn("nobody knows what changes", self.check("rollback", "--dry-run"))
        self.act("rollback", "--yes")
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)

    def test_a_plan_that_does_not_hold_is_no_success(self):
        self.with_volume()
        with Helper(self.machine, succeeds=False), ServiceManager(self.head):
            status, _, err = self.muster("apply", WANTED, "--yes")
        self.assertEqual(status, 1)
        self.assertIn("not all of it holds", err)
        self.assertIn("muster rollback", err)

    def test_whoever_takes_a_volume_away_is_told_of_its_jobs(self):
        self.with_volume()
        self.act("apply", WANTED, "--yes")
        self.assertIn("lose it at once", self.check("rollback", "--dry-run"))

    def test_whoever_takes_a_volume_from_one_profile_is_told_as_well(self):
        self.machine.write(WANTED, self.before.replace(
            "\nvolumes:", "\nvolumes:\n  - name: scratch\n    mount: /scratch\n    profiles: [gpu]"))
        self.act("apply", WANTED, "--yes")
        self.assertIn("lose it at once", self.check("rollback", "--dry-run"))

    def names(self):
        return [user["name"] for user in self.head.admin("GET", "/v1/users")["users"]]

    def with_lea(self):
        text = self.before + "\nusers:\n  - name: lea\n    uid: 2101\n"
        self.machine.write(WANTED, text)
        return text

    def test_people_leave_with_the_file_and_come_back_with_it(self):
        self.act("apply", "--yes")
        self.with_lea()
        self.act("apply", WANTED, "--yes")
        self.assertIn("lea", self.names())
        told = self.check("rollback", "--dry-run", "--force")
        self.assertIn("the accounts of lea go", told)
        status, _, err = self.muster("rollback", "--yes")
        self.assertEqual(status, 1, "nobody knows whether jobs of her run")
        self.assertIn("'lea' is not in the file any more", err)
        self.act("rollback", "--yes", "--force")
        self.assertNotIn("lea", self.names())
        self.act("rollback", "2", "--yes")
        back = {user["name"]: user["uid"] for user in self.head.admin("GET", "/v1/users")["users"]}
        self.assertEqual(back["lea"], 2101)
        self.act("rollback", "1", "--yes", "--force")

    def test_who_was_removed_by_name_does_not_come_back_with_a_file(self):
        self.act("apply", "--yes")
        self.with_lea()
        self.act("apply", WANTED, "--yes")
        self.check("user", "remove", "lea", "--yes", "--force")
        self.act("apply", "--yes")
        self.assertNotIn("lea", self.names())
        self.act("rollback", "1", "--yes")
        self.act("rollback", "2", "--yes")
        self.assertNotIn("lea", self.names())
        self.act("rollback", "1", "--yes")

    def test_a_head_that_starts_with_another_file_takes_nobodys_account(self):
        self.act("apply", "--yes")
        self.with_lea()
        self.act("apply", WANTED, "--yes")
        self.edit(self.before)
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        self.head.apply()
        self.assertIn("lea", self.names())
        # The next one that somebody applies tells it, and completes what an interrupted one left.
        self.act("apply", "--yes", "--force")
        self.assertNotIn("lea", self.names())

    def test_a_link_stays_a_link(self):
        place = self.machine.path(SPEC)
        self.machine.write("/etc/muster/site.yaml", self.before)
        place.unlink()
        place.symlink_to("/etc/muster/site.yaml")
        self.addCleanup(lambda: (place.unlink(), self.machine.write(SPEC, self.before)))
        text = self.with_volume()
        self.act("apply", WANTED, "--yes")
        self.assertTrue(place.is_symlink())
        self.assertEqual(self.machine.path("/etc/muster/site.yaml").read_text(encoding="utf-8"), text)
        self.act("rollback", "--yes")

    def test_nothing_is_done_without_a_word(self):
        self.with_volume()
        status, out, err = self.muster("apply", WANTED)
        self.assertEqual(status, 2)
        self.assertIn("/scratch", out)
        self.assertIn("--yes", err)
        told = json.loads(self.check("apply", WANTED, "--dry-run", "--json"))
        self.assertTrue(any("/scratch" in change["what"] for change in told["changes"]["node"]))
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)
        self.assertEqual(self.history(), [])

    def test_two_do_not_change_the_cluster_at_once(self):
        self.act("apply", "--yes")
        self.with_volume()
        with open(self.machine.path(LOCK), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for words in (("apply", WANTED, "--yes"), ("rollback", "1", "--yes")):
                status, _, err = self.muster(*words)
                self.assertEqual(status, 1)
                self.assertIn("another 'muster apply', 'muster rollback'", err)
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)
        self.assertEqual(len(self.history()), 1)

    def test_whoever_saw_other_changes_is_asked_anew(self):
        self.act("apply", "--yes")
        self.with_volume()
        slow, ours = on_terminal(self.machine, "muster", "apply", WANTED)
        self.addCleanup(slow.wait)
        self.addCleanup(slow.kill)
        self.addCleanup(os.close, ours)
        self.assertIn(b"/scratch", read_until(ours, b"[y/N] "))
        edited = self.before + "# mine\n"
        self.edit(edited)
        os.write(ours, b"y\n")
        self.assertIn(b"somebody changed the head's cluster.yaml meanwhile", read_until(ours, b"nothing was done"))
        self.assertEqual(slow.wait(PATIENCE_SECONDS), 1)
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), edited)
        self.assertEqual(len(self.history()), 1)

    def test_a_file_that_is_not_valid_changes_nothing(self):
        self.machine.write(WANTED, self.before + "\nnonsense: 1\n")
        status, _, err = self.muster("apply", WANTED, "--yes")
        self.assertEqual(status, 2)
        self.assertIn("nonsense", err)
        self.assertIn("nothing was changed", err)
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)

    def test_only_root_changes_the_cluster(self):
        for words in (("apply", SPEC, "--yes"), ("rollback", "--yes")):
            done = self.machine.run("setpriv", "--reuid=muster", "--regid=muster", "--clear-groups", "muster", *words)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"only root may", done.stderr)

    def test_there_is_nothing_to_go_back_to(self):
        status, _, err = self.muster("rollback", "--yes")
        self.assertEqual(status, 2)
        self.assertIn("no earlier generation", err)
        self.act("apply", "--yes")
        status, _, err = self.muster("rollback", "7", "--yes")
        self.assertEqual(status, 2)
        self.assertIn("no generation 7", err)
        self.assertIn("muster history", err)

    def test_a_generation_that_is_damaged_is_told_and_the_others_are_whole(self):
        self.act("apply", "--yes")
        self.machine.write(f"{HISTORY}/000002.json", "{")
        status, out, err = self.muster("history")
        self.assertEqual(status, 0)
        self.assertIn("applied", out)
        self.assertIn("000002.json", err)
        self.with_volume()
        self.act("apply", WANTED, "--yes")
        self.assertEqual([each["number"] for each in self.history()], [3, 1])

    def test_a_disk_that_is_read_only_changes_nothing(self):
        self.act("apply", "--yes")
        self.with_volume()
        place = self.machine.path(HISTORY)
        os.chmod(place, 0o755)
        self.machine.check("mount", "--bind", HISTORY, HISTORY)
        self.machine.check("mount", "-o", "remount,bind,ro", HISTORY)
        try:
            status, _, err = self.muster("apply", WANTED, "--yes")
        finally:
            self.machine.check("umount", HISTORY)
        self.assertEqual(status, 1)
        self.assertIn(HISTORY, err)
        self.assertEqual(self.machine.path(SPEC).read_text(encoding="utf-8"), self.before)
