"""A certificate is worth one node: its own, as long as it is the newest one and the node exists."""

from node import call_page, is_accepted, make_request
from client import Client
from room import HeadTest


class OtherAuthority(HeadTest):
    """Certificates that the cluster's authority did not give."""

    def forge(self, node, *signing):
        """A client with a certificate that says exactly what the node's own says."""
        place = node.place()
        machine = self.wire["stranger"]
        request = make_request(machine, place, node.id)
        machine.write(f"{place}.csr", request)
        serial = self.head.node(node.name)["certificate_serial"]
        machine.check("openssl", "x509", "-req", "-in", f"{place}.csr", "-out", f"{place}.crt",
                      "-set_serial", f"0x{serial}", *(signing or ("-signkey", f"{place}.key")))
        return Client(machine, None, f"{place}.crt", f"{place}.key")

    def assert_worthless(self, client):
        for page in ("enrol", "renew", "plan", "report", "heartbeat"):
            answer = call_page(client, page)
            self.assertEqual(answer.status, 400, f"{page}: {answer}")
            self.assertEqual(answer.json()["refused"], "certificate", page)
            self.assertNotIn(self.slurm_key(), answer.text)

    def test_a_self_signed_certificate(self):
        self.assert_worthless(self.forge(self.node().boot().enrol()))

    def test_an_authority_of_the_same_name(self):
        node = self.node().boot().enrol()
        machine = self.wire["stranger"]
        machine.check("mkdir", "-p", "/run/node")
        machine.check("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=muster cluster CA", "-days",
                      "7", "-keyout", "/run/node/false.key", "-out", "/run/node/false.crt")
        self.assert_worthless(self.forge(node, "-CA", "/run/node/false.crt", "-CAkey",
                                         "/run/node/false.key"))

    def test_a_certificate_that_ran_out(self):
        node = self.node().boot().enrol()
        machine = self.wire["stranger"]
        for name in ("ca.key", "ca.crt"):
            machine.write(f"/run/authority/{name}", self.head.state_file(f"ca/{name}"))
        self.assert_worthless(self.forge(node, "-CA", "/run/authority/ca.crt", "-CAkey",
                                         "/run/authority/ca.key", "-not_before", "20200101000000Z",
                                         "-not_after", "20200108000000Z"))

    def test_a_nodes_certificate_cannot_sign(self):
        node, victim = self.node().boot().enrol(), self.node().boot().enrol()
        for path in (node.client.certificate, node.client.key):
            self.wire["stranger"].write(path, self.wire["a"].path(path).read_bytes())
        self.assert_worthless(self.forge(victim, "-CA", node.client.certificate, "-CAkey",
                                         node.client.key))

    def test_a_nodes_certificate_is_no_servers(self):
        client = self.node().boot().enrol().client
        for purpose, status in (("sslclient", 0), ("sslserver", 2)):
            done = self.wire["a"].run("openssl", "verify", "-CAfile", client.ca, "-purpose", purpose,
                                      client.certificate)
            self.assertEqual(done.returncode, status, done)


class AnotherNode(HeadTest):
    """Two nodes with good certificates."""

    def setUp(self):
        self.a, self.b = self.node("a").boot().enrol(), self.node("b").boot().enrol()

    def test_each_gets_its_own_plan(self):
        for node, other in ((self.a, self.b), (self.b, self.a)):
            plan = node.plan()
            self.assertIn({"step": "hostname", "name": node.name}, named(plan))
            self.assertNotIn(other.name, str(plan))
            self.assertIn(self.slurm_key(), str(plan))

    def test_no_header_or_query_gives_anothers_plan(self):
        serial = self.head.node(self.a.name)["certificate_serial"]
        headers = [f"X-Muster-Node: CN={self.a.id}", f"X-Muster-Serial: {serial}",
                   f"x-muster-node: CN={self.a.id}"]
        for page in ("/node/v1/plan", f"/node/v1/plan?node={self.a.id}&name={self.a.name}"):
            answer = self.b.client.tls("GET", page, headers=headers)
            self.assertEqual(answer.status, 200)
            self.assertIn({"step": "hostname", "name": self.b.name}, named(answer.json()))

    def test_a_report_counts_for_its_sender(self):
        answer = self.b.client.tls("POST", "/node/v1/report", {
            "stage": "ready", "generation": "g", "failure": "", "node": self.a.id, "id": self.a.id,
            "name": self.a.name}, headers=[f"X-Muster-Node: CN={self.a.id}"])
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.head.node(self.b.name)["state"], "ready")
        self.assertEqual(self.head.node(self.a.name)["state"], "booting")

    def test_a_stage_counts_for_the_sessions_node(self):
        booting = self.node("a").boot()
        body = {"session": booting.welcome["session"], "stage": "image", "progress": 40,
                "node": self.b.id, "name": self.b.name}
        self.assertEqual(self.b.anybody.plain("POST", "/node/v1/stage", body).status, 200)
        self.assertEqual(self.head.node(booting.name)["progress"], 40)
        self.assertEqual(self.head.node(self.b.name)["progress"], 0)

    def test_who_saw_a_boot_says_nothing_of_the_node_afterwards(self):
        body = {"session": self.a.welcome["session"], "stage": "image", "failure": "made up"}
        self.assertEqual(self.b.anybody.plain("POST", "/node/v1/stage", body).status, 403)
        self.assertNotEqual(self.head.node(self.a.name)["state"], "failed")

    def test_a_certificate_without_its_key_is_worth_nothing(self):
        stolen = self.wire["b"].write("/run/node/stolen.crt",
                                      self.wire["a"].path(self.a.client.certificate).read_bytes())
        thief = Client(self.wire["b"], self.b.client.ca, stolen, self.b.client.key)
        self.assertEqual(call_page(thief, "plan").status, 0)


class NewestCertificate(HeadTest):
    """Only one certificate of a node counts, and none of a node that is gone."""

    def test_a_removed_nodes_certificate(self):
        node = self.node().boot().enrol()
        self.assertTrue(is_accepted(node.client))
        self.head.remove(node.name)
        for page in ("renew", "plan", "report", "heartbeat"):
            self.assertEqual(call_page(node.client, page).status, 403, page)

    def test_a_certificate_from_before_the_last_boot(self):
        node = self.node().boot().enrol()
        old = node.client
        node.say("stopping")
        node.boot()
        token = node.token
        self.assertTrue(is_accepted(old), "a boot alone must not cut off a node that runs")
        self.assertEqual(node.ask_certificate(token)[0].status, 403, "and that node ended the boot")
        self.assertIn("alarm", [kind for kind, _ in self.head.events(node.name)])
        node.say("stopping")
        node.boot().enrol()
        self.assertFalse(is_accepted(old))
        self.assertEqual(call_page(old, "renew").status, 403)
        self.assertTrue(is_accepted(node.client))

    def test_a_renewed_certificate_replaces_the_old_one(self):
        node = self.node().boot().enrol()
        old, place = node.client, node.place()
        answer = old.tls("POST", "/node/v1/renew", {"request": make_request(node.machine, place)})
        self.assertEqual(answer.status, 200)
        self.assertTrue(is_accepted(old), "the answer could have been lost")
        self.assertTrue(is_accepted(node.keep(answer, place)))
        self.assertFalse(is_accepted(old))

    def test_renewing_gives_no_other_nodes_name(self):
        node, other = self.node("a").boot().enrol(), self.node("b").boot().enrol()
        place = node.place()
        answer = node.client.tls("POST", "/node/v1/renew",
                                 {"request": make_request(node.machine, place, other.id)})
        self.assertEqual(answer.status, 200)
        renewed = node.keep(answer, place).tls("GET", "/node/v1/plan")
        self.assertIn({"step": "hostname", "name": node.name}, named(renewed.json()))
        self.assertTrue(is_accepted(other.client))


def named(plan):
    """The steps that say who the machine is."""
    return [step for step in plan["steps"] if step["step"] == "hostname"]
