import json
import unittest

from muster.testing import SimulatedCluster, User, configure


class Accounting(unittest.TestCase):
    def test_the_database_is_there_before_those_who_need_it(self) -> None:
        head = configure().head
        units = [step["unit"] for step in head.steps if step["step"] == "service"]
        self.assertEqual(units, ["slurmdbd.service", "accounting-database.service", "accounting-slurmdbd.service",
                                 "accounting-people.service"])
        self.assertFalse(head.running["slurmdbd.service"])
        self.assertIn("CREATE DATABASE IF NOT EXISTS slurm_jobs", head.files["/etc/accounting/database.sql"])

    def test_nodes_have_nothing_of_it(self) -> None:
        self.assertEqual(configure().node.steps, [])

    def test_the_cluster_s_people_are_in_the_database(self) -> None:
        cluster = SimulatedCluster()
        cluster.users = [User("grace", 10001), User("ada", 10000)]
        people = json.loads(cluster.configure().head.files["/etc/accounting/people.json"])
        self.assertEqual(people["people"], ["ada", "grace", "muster-check", "nobody"])
        self.assertEqual(people["account"], "users")

    def test_the_scheduler_tells_the_database(self) -> None:
        scheduler = configure().scheduler
        self.assertEqual(scheduler["AccountingStorageType"], "accounting_storage/slurmdbd")
        self.assertEqual(scheduler["AccountingStorageHost"], "10.42.0.1")
        self.assertEqual(scheduler["PriorityDecayHalfLife"], "7-0")
        self.assertNotIn("AccountingStorageEnforce", scheduler)

    def test_fair_share_and_limits_are_settings(self) -> None:
        scheduler = configure(fair_share=False, limits=True).scheduler
        self.assertNotIn("PriorityType", scheduler)
        self.assertEqual(scheduler["AccountingStorageEnforce"], "associations,limits,qos")

    def test_jobs_are_kept_as_long_as_one_says(self) -> None:
        name = "/etc/accounting/slurmdbd.conf"
        self.assertNotIn("Purge", configure().head.files[name])
        self.assertIn("PurgeJobAfter=24months\n", configure(keep_months=24).head.files[name])

    def test_people_see_all_jobs_or_their_own(self) -> None:
        name = "/etc/accounting/slurmdbd.conf"
        self.assertNotIn("PrivateData", configure().head.files[name])
        self.assertIn("PrivateData=jobs,usage,users\n", configure(private=True).head.files[name])

    def test_an_account_is_a_name(self) -> None:
        for account in ("", "root", "Ada", "a b", "x=y"):
            with self.assertRaises(ValueError):
                configure(account=account)
