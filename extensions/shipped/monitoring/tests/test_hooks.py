import json
import unittest
from typing import Any

import alerts
import extension
from muster import Cluster, Head, Node, Profile
from muster.testing import Configured, SimulatedCluster, configure

NODES = (Node("n001", "10.42.1.1", "default"), Node("gpu1", "10.42.1.2", "gpu"))
CLUSTER = Cluster("lab", Head("head", "10.42.0.1"), (Profile("default"), Profile("gpu")), NODES)
ARGUMENTS = "/etc/default/prometheus-node-exporter"


def on_head(configured: Configured, name: str) -> Any:
    return json.loads(configured.head.files[f"/etc/monitoring/{name}"])


class Configure(unittest.TestCase):
    def test_prometheus_asks_every_node(self) -> None:
        targets = on_head(configure(CLUSTER), "nodes.json")
        self.assertEqual(targets, [
            {"targets": ["10.42.1.1:9100"], "labels": {"instance": "n001", "profile": "default"}},
            {"targets": ["10.42.1.2:9100"], "labels": {"instance": "gpu1", "profile": "gpu"}}])

    def test_a_node_without_an_address_is_not_asked(self) -> None:
        cluster = Cluster("lab", Head("head", "10.42.0.1"), (Profile("default"),), (Node("n005", "", "default"),))
        self.assertEqual(on_head(configure(cluster), "nodes.json"), [])

    def test_what_no_alertmanager_can_be_is_refused(self) -> None:
        for wrong in ("http://mail:9093", "mail", "mail:9093/x", "mail:port"):
            with self.assertRaises(ValueError):
                configure(CLUSTER, alertmanager=wrong)

    def test_only_the_head_reads_what_a_node_tells(self) -> None:
        node = configure(CLUSTER).node
        self.assertIn("IPAddressAllow=localhost 10.42.0.1\n",
                      node.files["/etc/systemd/system/prometheus-node-exporter.service.d/monitoring.conf"])
        self.assertEqual(node.running, {"prometheus-node-exporter.service": True})

    def test_nobody_else_sees_the_figures_by_default(self) -> None:
        head = configure(CLUSTER).head
        self.assertIn("--web.listen-address=127.0.0.1:9090 ", head.files["/etc/monitoring/arguments"])
        self.assertIn("--web.listen-address=127.0.0.1:9100 ", head.files[ARGUMENTS])
        self.assertIn("--web.listen-address=0.0.0.0:9090 ", configure(CLUSTER, open=True).head.files["/etc/monitoring/arguments"])

    def test_the_prometheus_of_debian_leaves_its_port(self) -> None:
        head = configure(CLUSTER).head
        self.assertEqual((head.enabled["prometheus.service"], head.running["prometheus.service"]), (False, False))
        self.assertTrue(head.running["monitoring.service"])

    def test_settings_are_prometheus_own(self) -> None:
        configured = configure(CLUSTER, interval_seconds=60, keep_days=7, keep_megabytes=100, alertmanager="mail:9093")
        settings = on_head(configured, "prometheus.yml")
        self.assertEqual(settings["global"]["scrape_interval"], "60s")
        self.assertEqual(settings["alerting"]["alertmanagers"][0]["static_configs"], [{"targets": ["mail:9093"]}])
        self.assertIn("retention.time=7d --storage.tsdb.retention.size=100MB", configured.head.files["/etc/monitoring/arguments"])
        self.assertNotIn("alerting", on_head(configure(CLUSTER), "prometheus.yml"))


class Health(unittest.TestCase):
    def test_an_alert_is_a_problem_with_its_machine(self) -> None:
        labels = {"alertname": "FileSystemFull", "instance": "n001", "device": "/dev/sda1", "fstype": "xfs"}
        self.assertEqual(self.found([{"metric": labels}]), ["n001: /dev/sda1 (xfs) is nearly full"])
        self.assertEqual(self.found([]), [])
        self.assertEqual(self.found([{"metric": {"__name__": "up", "job": "prometheus"}}]), [], "it is no alert")
        self.assertEqual(len(self.found([{"metric": labels}, {"metric": labels | {"mountpoint": "/a"}}])), 1)

    def test_somebody_elses_alert_has_its_name(self) -> None:
        self.assertEqual(self.found([{"metric": {"alertname": "Other"}}]), ["the cluster: Other"])

    def test_many_alerts_are_counted(self) -> None:
        found = self.found([{"metric": {"alertname": "Hot", "instance": f"n{number:03}", "chip": "cpu"}} for number in range(30)])
        self.assertEqual((len(found), found[-1]), (21, "there are 10 more alerts"))

    def test_old_alerts_say_nothing(self) -> None:
        self.assertEqual(self.found([], age=600), ["nobody knew the alerts of Prometheus for 10 minutes"])

    def test_one_that_was_just_installed_is_given_time(self) -> None:
        self.assertEqual(SimulatedCluster().health(), [])

    def test_every_alert_has_words_for_its_labels(self) -> None:
        for name in alerts.ALERTS:
            words = alerts.words({"alertname": name, "instance": "n001", "fstype": "xfs", "device": "eth0", "chip": "cpu"})
            self.assertNotIn("{", words)

    def found(self, firing: list[dict[str, Any]], age: float = 0) -> list[str]:
        return [problem.what for problem in extension.problems(firing, age)]


if __name__ == "__main__":
    unittest.main()
