import json
import unittest

from muster.testing import NodeResult, SimulatedCluster

FOUND = {"nodes": ["n001", "n003"], "rounds": 25, "ring": [1, 0], "sum": 75}


class OpenShmem(unittest.TestCase):
    def setUp(self) -> None:
        self.cluster = SimulatedCluster(["n001", "n002", "n003"])
        self.cluster.ready("n001", "n002", "n003")
        self.found = dict(FOUND)
        self.cluster.program = lambda node, command: json.dumps(self.found)

    def test_a_job_on_all_named_nodes_checks_them(self) -> None:
        answer = self.cluster.run("check", "n001,n003")
        self.assertEqual((answer.status, answer.text.split(":")[0]), (0, "green"))
        self.assertEqual(self.cluster.commands, [("n001", ["/usr/libexec/openshmem-check", "n001,n003", "2"])])

    def test_what_is_wrong_is_told(self) -> None:
        for member, wrong, words in (("ring", [0, 0], "the ring brought [0, 0]"), ("sum", 74, "is 74, and not 75"),
                                     ("nodes", ["n001", "n001"], "the processes were on n001, n001")):
            self.found = {**FOUND, member: wrong}
            answer = self.cluster.run("check", "n001,n003")
            self.assertEqual(answer.status, 1)
            self.assertIn(words, answer.text)

    def test_a_job_that_fails_says_why(self) -> None:
        self.cluster.program = lambda node, command: NodeResult(node.name, False, 1, "", "no transport")
        answer = self.cluster.run("check", "n001", "n003")
        self.assertEqual((answer.status, answer.text), (1, "the job failed: no transport\n"))

    def test_what_the_library_says_besides_is_no_answer(self) -> None:
        self.cluster.program = lambda node, command: f"[n001] UCX WARN a card\n{json.dumps(FOUND)}\nbye\n"
        self.assertEqual(self.cluster.run("check", "n001,n003").status, 0)
        self.cluster.program = lambda node, command: "[n001] UCX WARN a card\n"
        self.assertIn("told nothing: [n001] UCX WARN a card", self.cluster.run("check", "n001,n003").text)

    def test_nodes_are_a_set_of_two_or_more(self) -> None:
        for words in ((), ("n001",), ("n[001-",)):
            self.assertEqual(self.cluster.run("check", *words).status, 2)
        self.assertEqual(self.cluster.commands, [])

    def test_examples_are_programs(self) -> None:
        for name in ("ring", "lock"):
            self.assertIn("#include <shmem.h>", self.cluster.run("example", name).text)
        refused = self.cluster.run("example", "hello")
        self.assertEqual((refused.status, refused.text), (2, "name an example: lock or ring\n"))

    def test_nodes_have_the_programs_of_the_job(self) -> None:
        files = self.cluster.configure().node.files
        self.assertEqual(sorted(files), ["/usr/libexec/openshmem-check", "/usr/libexec/openshmem-check-process"])
