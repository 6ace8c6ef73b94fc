#!/usr/bin/env python3
"""The command line with a made-up head: command_line_test.py PROGRAM. Status 3: root is missing."""

import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

from fake_head import FakeHead, SPECIFICATION, add_program, hide_the_machine, run_on_terminal
from made_up_cluster import ANSWERS, USER
from verbs import ALONE, VERBS

MUSTER = ""


def muster(*words, stdout=subprocess.PIPE, **more):
    done = subprocess.run([MUSTER, *words], stdout=stdout, stderr=subprocess.PIPE, check=False, text=True, timeout=60,
                          **more)
    return done.returncode, done.stdout, done.stderr


class Test(unittest.TestCase):
    def setUp(self):
        self.jobs("")
        add_program("sinfo", "echo 'n001|idle|none'\n")
        add_program("scontrol", "exit 0\n")
        pathlib.Path("/run/list").write_text("n002 10.42.1.2 52:54:00:00:00:02\n", encoding="utf-8")

    def jobs(self, text):
        """What runs, as squeue prints it."""
        add_program("squeue", f"cat <<'END'\n{text}\nEND\n")


class Answers(Test):
    """One JSON document for a program, whatever happens."""

    def test_every_verb_prints_one_document(self):
        for verb in VERBS:
            with self.subTest(verb=verb), FakeHead(ANSWERS):
                status, out, err = muster(*verb, "--json")
                self.assertEqual(status, 0, out + err)
                self.assertIsInstance(json.loads(out), (dict, list))

    def test_a_command_for_nodes_is_what_was_typed(self):
        words = ["sh", "-c", "[ -d /scratch ]", "[]", "[a,b]", "", "--json"]
        with FakeHead(ANSWERS) as head:
            self.assertEqual(muster("node", "exec", "n001", "--background", "--", *words)[0], 0)
            ((_, _, body),) = [request for request in head.changes() if request[1] == "/v1/nodes/exec"]
            self.assertEqual(muster("node", "exec", "n001")[0], 2)
            status, _, err = muster("node", "exec", "n001", "n002", "--", "true")
            self.assertEqual((status, "several nodes are one word" in err), (2, True), err)
        self.assertEqual(body["command"], words)

    def test_what_happens_is_a_line_for_each_change(self):
        with FakeHead(ANSWERS):
            status, out, err = muster("changes")
            self.assertEqual((status, err), (0, ""))
            lines = [line.split("  ", 1)[1] for line in out.splitlines()]
            self.assertEqual(lines, ["n001: ready", "n001: drift: put right: /etc/motd", "operation 0a: ended, done: 1 done",
                                     "log: ada: node reboot; refused: it is off", "cluster: alarm: a stranger\\x1b[31m"])
        # Whoever follows reads them as they come, and a daemon that is away for a moment is asked again.
        later = {"id": 9, "time_ms": 6, "kind": "stage", "node": "n001", "text": "stopping"}
        said = [ANSWERS["GET", "/v1/changes"], (503, {"detail": "the daemon ends", "hint": ""}),
                (200, {"changes": [later], "next": 9, "now_ms": 10}), (200, "nothing that is JSON")]
        with FakeHead({**ANSWERS, ("GET", "/v1/changes"): lambda: said.pop(0)}):
            followed = subprocess.Popen([MUSTER, "changes", "--follow", "--json", "--last", "5"], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual([json.loads(followed.stdout.readline())["id"] for _ in range(6)], [4, 5, 6, 7, 8, 9])
            followed.terminate()
            followed.communicate()

    def test_an_error_is_a_document_and_a_sentence(self):
        with FakeHead(otherwise=(409, {"detail": "it cannot be", "hint": "try another"})):
            for verb in VERBS:
                if verb[:2] == ["node", "reboot"] and "--force" in verb:
                    continue
                with self.subTest(verb=verb):
                    status, out, err = muster(*verb, "--json")
                    self.assertEqual(status, 1)
                    self.assertEqual(json.loads(out), {"error": "it cannot be", "hint": "try another", "id": ""})
                    self.assertIn("muster: it cannot be; try another\n", err)

    def test_without_a_daemon_there_is_a_document_too(self):
        status, out, err = muster("status", "--json")
        self.assertEqual(status, 3)
        self.assertEqual(json.loads(out)["error"], "no Muster head runs on this machine")
        self.assertEqual(err.count("\n"), 1)
        status, out, _ = muster("node", "list", "--jsn", "--json")
        self.assertEqual((status, json.loads(out)["hint"]), (2, "did you mean '--json'?"))

    def test_an_answer_and_an_error_are_still_one_document(self):
        with FakeHead(ANSWERS):
            status, out, err = muster("node", "wait", "n009", "--timeout", "0", "--json")
        self.assertEqual(status, 1)
        self.assertEqual(json.loads(out)["waiting"], [{"name": "n009", "why": "is not known yet"}])
        self.assertIn("muster: not ready within 0 s: n009", err)

    def test_text_is_for_people_only(self):
        status, out, _ = muster("status")
        self.assertEqual((status, out), (3, ""))

    def test_an_answer_of_another_version_ends_nothing_but_the_command(self):
        strange = ["<html>", "", {}, [], None, 7, "text", {"nodes": {}}, {"nodes": [7]}, {"groups": 7},
                   {"groups": [{"name": 1}]}, {"users": [{"name": "a", "uid": "x"}]}, {"names": [1]},
                   {"profiles": [{}]}, {"images": [{}]}, {"images": 7}, {"head": 7, "nodes": [], "services": 7, "problems": 7},
                   {"node": {}, "events": [{}]}, {"policy": 7, "until_ms": "x"}, {"uid": []}, {"asked_ms": "x"}]
        for answer in strange:
            said = answer if isinstance(answer, str) else json.dumps(answer)
            with FakeHead(otherwise=(200, said)):
                for verb in VERBS:
                    with self.subTest(answer=said, verb=verb):
                        for words in (verb, [*verb, "--json"]):
                            status, out, err = muster(*words)
                            self.assertIn(status, (0, 1, 2), err)
                            self.assertNotIn("terminate", err)
                        json.loads(out)

    def test_status_shows_remarks_on_the_heads_file_and_is_well_all_the_same(self):
        remark = {"file": "/etc/muster/cluster.yaml", "line": 2, "column": 7, "message": "name: odd", "hint": "change it"}
        code, answer = ANSWERS[("GET", "/v1/status")]
        with FakeHead({("GET", "/v1/status"): (code, {**answer, "remarks": [remark]})}):
            status, out, _ = muster("status")
        self.assertEqual(status, 0)
        self.assertIn("remark on /etc/muster/cluster.yaml:2: name: odd; change it", out)
        self.assertIn("All is well", out)

    def test_a_group_of_a_daemon_that_is_down_is_no_wrong_use(self):
        self.assertEqual(muster("node", "list", "@ready")[0], 3)
        SPECIFICATION.parent.mkdir(parents=True, exist_ok=True)
        SPECIFICATION.write_text("schema: 1\nname: c\n", encoding="utf-8")
        self.addCleanup(SPECIFICATION.unlink)
        for verb in (["node", "list", "@ready"], ["node", "show", "@ready"], ["node", "wait", "@ready"],
                     ["node", "set", "@ready", "--profile", "a"], ["node", "remove", "@ready"],
                     ["node", "reboot", "@ready"], ["job", "check", "@ready"], ["group", "list", "@ready"]):
            with self.subTest(verb=verb):
                status, _, err = muster(*verb)
                self.assertIn(status, (1, 3), err)
        with FakeHead(ANSWERS):
            self.assertEqual(muster("node", "list", "@nobody")[0], 2)
            self.assertEqual(muster("node", "list", "n[1-")[0], 2)


class Groups(Test):
    def test_a_group_without_nodes_has_no_names(self):
        empty = {("GET", "/v1/groups"): (200, {"groups": [{"name": "*", "nodes": "n001"},
                                                          {"name": "new", "nodes": "n[002-009]"}]})}
        with FakeHead(empty):
            self.assertEqual(muster("group", "show", "new", "--names"), (0, "", ""))
            self.assertEqual(json.loads(muster("group", "show", "@new", "--json")[1])["names"], [])
            self.assertEqual(muster("group", "list", "--names")[1], "new\n")


class LostOutput(Test):
    """An answer that nobody got is no success."""

    def test_a_full_disk_is_told_by_every_verb(self):
        for verb in [*ALONE, *VERBS, *[[*verb, "--json"] for verb in VERBS]]:
            with self.subTest(verb=verb), FakeHead(ANSWERS), open("/dev/full", "w", encoding="utf-8") as full:
                status, _, err = muster(*verb, stdout=full)
                self.assertEqual(status, 1, err)
                self.assertIn("muster: cannot write the answer: No space left on device; free some space", err)

    def test_a_closed_output_is_told(self):
        for verb in ALONE:
            with self.subTest(verb=verb):
                done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", MUSTER, *verb], stderr=subprocess.PIPE, text=True,
                                      check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("cannot write the answer: Bad file descriptor", done.stderr)

    def test_a_lost_error_stops_nothing_and_is_no_success(self):
        with FakeHead(ANSWERS), open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([MUSTER, "node", "reboot", "n001", "--wait", "--timeout", "0"], stderr=full,
                                  stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, "n001: ready\n"))


class Questions(Test):
    """What is destroyed is asked about, on a terminal."""

    DESTROYS = [(["node", "remove", "n001"], "forget 1 node n001? jobs there end"),
                (["user", "remove", "ada"], "take the account 'ada' away from the head and every node? jobs of ada end")]

    def test_no_and_silence_change_nothing(self):
        for verb, question in self.DESTROYS:
            for answer in ("n\n", "\n", "\x04", "yesterday\n"):
                with self.subTest(verb=verb, answer=answer), FakeHead(ANSWERS) as head:
                    status, shown = run_on_terminal([MUSTER, *verb], answer)
                    self.assertEqual(status, 1, shown)
                    self.assertIn(question, shown)
                    self.assertIn("nothing was done", shown)
                    self.assertEqual(head.changes(), [])

    def test_yes_does_it(self):
        for verb, question in self.DESTROYS:
            for answer in ("y\n", "Yes\n"):
                with self.subTest(verb=verb), FakeHead(ANSWERS) as head:
                    status, shown = run_on_terminal([MUSTER, *verb], answer)
                    self.assertEqual(status, 0, shown)
                    self.assertIn(question, shown)
                    self.assertEqual(len(head.changes()), 1)

    def test_programs_say_yes_beforehand(self):
        for verb, question in self.DESTROYS:
            with self.subTest(verb=verb), FakeHead(ANSWERS) as head:
                self.assertEqual(muster(*verb, stdin=subprocess.DEVNULL)[0], 2)
                self.assertEqual(muster(*verb, "--dry-run")[0], 0)
                self.assertEqual(head.changes(), [])
                status, out, err = muster(*verb, "--yes")
                self.assertEqual(status, 0, err)
                self.assertNotIn(question, out + err)

    def test_jobs_keep_nodes_and_people(self):
        self.jobs("12|ada|n001\n13|bob|n[002-003]")
        for verb, _ in self.DESTROYS:
            with self.subTest(verb=verb), FakeHead(ANSWERS) as head:
                status, _, err = muster(*verb, "--yes")
                self.assertEqual(status, 1)
                self.assertIn("job 12 of ada runs on n001; wait until they have ended, or end them with --force", err)
                self.assertEqual(head.changes(), [])
                self.assertEqual(muster(*verb, "--yes", "--force")[0], 0)

    def test_a_scheduler_that_does_not_answer_keeps_them_too(self):
        add_program("squeue", "echo 'Unable to contact slurm controller' >&2; exit 1\n")
        for verb, _ in self.DESTROYS:
            with self.subTest(verb=verb), FakeHead(ANSWERS) as head:
                status, _, err = muster(*verb, "--yes")
                self.assertEqual(status, 1)
                self.assertIn("cannot find out which jobs run", err)
                self.assertEqual(head.changes(), [])


class Disk(Test):
    """A disk is erased for somebody who saw what is on it."""

    DISK = "/run/disk"
    LOST = "all that is on it is lost: ntfs on /run/disk"

    def setUp(self):
        super().setUp()
        SPECIFICATION.parent.mkdir(parents=True, exist_ok=True)
        SPECIFICATION.write_text("schema: 1\nname: c\n", encoding="utf-8")
        self.addCleanup(SPECIFICATION.unlink)
        # A device that no driver has.
        os.mknod(self.DISK, 0o600 | stat.S_IFBLK, os.makedev(7, 9999))
        self.addCleanup(os.unlink, self.DISK)
        self.holds({"fstype": "ntfs"})

    def holds(self, content):
        """What lsblk says of the disk."""
        disk = {"name": self.DISK, "type": "disk", "fstype": None, "label": None, "mountpoints": [None], **content}
        add_program("lsblk", f"cat <<'END'\n{json.dumps({'blockdevices': [disk]})}\nEND\n")

    def keep(self, *words):
        return muster("head", "keep", self.DISK, *words, stdin=subprocess.DEVNULL)

    def test_what_is_lost_is_told_and_nothing_is_done_without_a_yes(self):
        status, out, _ = self.keep("--erase", "--dry-run")
        self.assertEqual((status, out), (0, f"would erase {self.DISK}: {self.LOST}\n"))
        status, _, err = self.keep("--erase")
        self.assertEqual(status, 2)
        self.assertIn("there is no terminal; add --yes", err)
        status, shown = run_on_terminal([MUSTER, "head", "keep", self.DISK, "--erase"], "n\n")
        self.assertEqual(status, 1)
        self.assertIn(f"erase {self.DISK}? {self.LOST} [y/N]", shown)
        self.assertIn("nothing was done", shown)

    def test_a_yes_goes_on_to_what_this_machine_lacks(self):
        for words in (["--erase", "--yes"], ["--erase", "--yes", "--json"]):
            status, _, err = self.keep(*words)
            self.assertEqual(status, 1)
            self.assertIn("this is not a live head", err)

    def test_a_disk_that_cannot_be_taken_is_refused_before_anybody_is_asked(self):
        self.holds({"fstype": "ext4", "mountpoints": ["/srv"]})
        status, shown = run_on_terminal([MUSTER, "head", "keep", self.DISK, "--erase"], "y\n")
        self.assertEqual(status, 1)
        self.assertIn("is mounted at /srv", shown)
        self.assertNotIn("[y/N]", shown)

    def test_an_empty_disk_is_no_question(self):
        self.holds({})
        for words in ([], ["--erase"]):
            self.assertIn("this is not a live head", self.keep(*words)[2])


class People(Test):
    def test_a_key_file_may_begin_with_a_byte_order_mark(self):
        with tempfile.NamedTemporaryFile() as file, FakeHead(ANSWERS) as head:
            file.write(b"\xef\xbb\xbfssh-ed25519 AAAA ada@desk\r\n# old\r\n")
            file.flush()
            self.assertEqual(muster("user", "add", "ada", "--ssh-key-file", file.name)[0], 0)
            self.assertEqual(head.changes()[0][2]["ssh_keys"], ["ssh-ed25519 AAAA ada@desk"])

    def test_a_key_file_in_utf_16_is_named_as_such(self):
        with tempfile.NamedTemporaryFile() as file, FakeHead(ANSWERS):
            file.write("ssh-ed25519 AAAA ada@desk".encode("utf-16"))
            file.flush()
            status, _, err = muster("user", "add", "ada", "--ssh-key-file", file.name)
            self.assertEqual(status, 1)
            self.assertIn("the file is in UTF-16 or UTF-32; save it as plain text in UTF-8", err)

    def test_who_adds_a_user_waits_until_the_head_has_tried_it(self):
        looks = iter([(500, {"detail": "the daemon starts anew", "hint": ""}), (200, {"applied": False})])
        pages = {**ANSWERS, ("GET", "/v1/applied"): lambda: next(looks, (200, {"applied": True}))}
        with FakeHead(pages) as head:
            status, out, _ = muster("user", "add", "ada", "--json")
        self.assertEqual(status, 0)
        self.assertEqual(json.loads(out), {**USER, "on_head": True})
        self.assertEqual([page for method, page, _ in head.asked if method == "GET"],
                         3 * ["/v1/applied?since=7"] + ["/v1/users/ada"])

    def test_an_account_that_the_head_could_not_make_is_told(self):
        with FakeHead({**ANSWERS, ("GET", "/v1/users/ada"): (200, {**USER, "on_head": False})}):
            status, out, err = muster("user", "add", "ada")
        self.assertEqual((status, out), (1, "ada has number 10000 and home /home/ada\n"))
        self.assertIn("the account is not on the head yet; 'muster status' says why", err)


class OnATerminal(Test):
    """What a person sees."""

    def test_columns_are_measured_as_the_terminal_shows_them(self):
        with FakeHead(ANSWERS):
            lines = muster("group", "list")[1].splitlines()
        self.assertEqual(lines[0], "GROUP    NODES  NAMES")
        self.assertEqual(lines[2], "@Jürgen  1      n001")

    def test_lines_are_cut_to_the_terminal_and_nowhere_else(self):
        with FakeHead(ANSWERS):
            shown = run_on_terminal([MUSTER, "node", "list"], size=(24, 40))[1]
            self.assertEqual({len(line) for line in shown.splitlines()}, {40})
            self.assertTrue(shown.splitlines()[1].endswith("…"), shown)
            self.assertIn("REASON", muster("node", "list")[1])

    def test_a_long_help_goes_through_the_pager_without_a_shell(self):
        status, shown = run_on_terminal([MUSTER, "help", "jobs"], PAGER="grep -c ;id|.")
        self.assertEqual(status, 1, shown)
        self.assertEqual(shown, "0\n", "the pager got its words as they are")
        status, shown = run_on_terminal([MUSTER, "help", "jobs"], PAGER="head -n 2")
        self.assertEqual((status, shown), (0, "Jobs\n====\n"))
        status, shown = run_on_terminal([MUSTER, "help", "jobs"], size=(2000, 80), PAGER="false")
        self.assertEqual(status, 0, "what fits needs no pager")
        self.assertIn("Is the cluster able to run jobs?", shown)
        self.assertLessEqual(max(map(len, shown.splitlines())), 110)
        self.assertEqual(run_on_terminal([MUSTER, "help", "jobs"], PAGER="/no/such/pager")[0], 0)


class Help(Test):
    def test_a_page_takes_no_further_word(self):
        status, _, err = muster("help", "limits", "gpu")
        self.assertEqual(status, 2)
        self.assertIn("'muster help limits' takes no further word; 'muster help search gpu' looks", err)

    def test_help_of_a_verb_is_its_own(self):
        for verb in (["node"], ["node", "adopt"], ["spec", "check"]):
            self.assertEqual(muster("help", *verb), muster(*verb, "--help"))

    def test_nouns_and_documents_are_listed(self):
        out = muster("help")[1]
        for word in ("node", "quick-start", "user-guide", "admin-guide", "limits", "cluster-yaml", "troubleshooting"):
            self.assertRegex(out, rf"(?m)^  {word} ")
        self.assertRegex(out, r"\n  jobs +Jobs\n")

    def test_a_slip_of_the_finger_is_seen(self):
        for words, hint in ((["nod"], "did you mean 'node'?"), (["quikstart"], "did you mean 'quick-start'?"),
                            (["node", "lst"], "did you mean 'list'?")):
            status, _, err = muster("help", *words)
            self.assertEqual(status, 2)
            self.assertIn(hint, err)

    def test_words_are_found_with_their_heading(self):
        status, out, _ = muster("help", "search", "LIVE", "head")
        self.assertEqual(status, 0)
        self.assertRegex(out, "(?m)^quick-start +[A-Z0-9]")
        status, _, err = muster("help", "search", "xyzzy")
        self.assertEqual(status, 1)
        self.assertIn("no document has a line with 'xyzzy'", err)
        self.assertEqual(muster("help", "search")[0], 2)


def main():
    global MUSTER
    MUSTER = sys.argv.pop(1)
    if os.geteuid() != 0:
        print("skipped: root is needed for private directories")
        return 3
    hide_the_machine()
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
