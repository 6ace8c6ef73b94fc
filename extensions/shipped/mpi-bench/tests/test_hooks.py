import json
import unittest
import xml.etree.ElementTree as ElementTree

from muster import NodeResult
from muster.testing import Node, SimulatedCluster, configure

MEASURED = {"nodes": ["n001", "n003"], "rows": [
    {"bytes": 1, "latency_us": 1.5, "bandwidth_mbs": 0.7, "allreduce_us": None},
    {"bytes": 4194304, "latency_us": 400.0, "bandwidth_mbs": 11800.5, "allreduce_us": 900.0}]}


class Bench(unittest.TestCase):
    def setUp(self) -> None:
        self.cluster = SimulatedCluster(["n001", "n002", "n003"])
        self.cluster.ready("n001", "n002", "n003")
        self.cluster.program = lambda node, command: json.dumps(MEASURED)

    def test_nodes_have_both_programs(self) -> None:
        steps = {step["path"]: step["mode"] for step in configure().node.steps}
        self.assertEqual(steps, {"/usr/libexec/mpi-bench": "0755", "/usr/libexec/mpi-bench-process": "0755"})

    def test_a_job_of_all_nodes_begins_on_the_first(self) -> None:
        text = self.cluster.run("run", "n[001,003]").text
        self.assertEqual(self.cluster.commands, [("n001", ["/usr/libexec/mpi-bench", "n001,n003", "2", "default"])])
        self.assertIn("messages between n001 and n003; allreduce over 2 nodes", text)
        self.assertIn("        1         1.50              0.70             -\n", text)
        self.assertIn("  4194304       400.00          11800.50        900.00\n", text)

    def test_a_picture_is_xml_with_every_curve(self) -> None:
        picture = ElementTree.fromstring(self.cluster.run("plot", "n001", "n003").text)
        self.assertEqual(len(picture.findall("{*}polyline")), 3)

    def test_what_names_no_two_nodes_is_refused(self) -> None:
        for words in ((), ("n001",), ("n[3-1]",), ("@rack",)):
            answer = self.cluster.run("run", *words)
            self.assertEqual(answer.status, 2, words)
            self.assertEqual(self.cluster.commands, [])

    def test_a_job_that_fails_says_why(self) -> None:
        def fail(node: Node, _command: object) -> NodeResult:
            return NodeResult(node.name, False, 1, "", "srun: error: Unable to allocate resources\n", "")

        self.cluster.program = fail
        answer = self.cluster.run("run", "n001,n002")
        self.assertEqual((answer.status, answer.text), (1, "the job failed: srun: error: Unable to allocate resources\n"))


if __name__ == "__main__":
    unittest.main()
