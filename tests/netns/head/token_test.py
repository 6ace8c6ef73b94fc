"""A token is good once, for one boot of one node, and becomes a certificate in that node's name."""

from node import call_page, is_accepted, make_request
from head import STATE
from room import HeadTest


class Tokens(HeadTest):
    def subject(self, node, answer):
        certificate = answer.json()["certificate"]
        return node.machine.check("openssl", "x509", "-noout", "-subject", stdin=certificate).strip()

    def test_a_used_token_is_refused_and_rings_an_alarm(self):
        node = self.node().boot().enrol()
        thief = self.node("stranger")
        thief.welcome = node.welcome
        answer, _ = thief.ask_certificate()
        self.assertEqual(answer.status, 403)
        self.assertIn("used already", answer.json()["error"])
        self.assertIn(("alarm", "its enrolment token was used a second time"),
                      self.head.events(node.name))
        self.assertTrue(is_accepted(node.client), "the first certificate must stay good")

    def test_a_good_enrolment_rings_no_alarm(self):
        node = self.node().boot().enrol()
        self.assertNotIn("alarm", [kind for kind, _ in self.head.events(node.name)])

    def test_an_unknown_token(self):
        node = self.node().boot()
        head, fingerprint, secret = node.token.split(".")
        other = secret[:-1] + ("0" if secret[-1] != "0" else "1")
        answer, _ = node.ask_certificate(f"{head}.{fingerprint}.{other}")
        self.assertEqual(answer.status, 403)

    def test_a_token_of_an_earlier_boot(self):
        node = self.node().boot()
        earlier = node.token
        node.boot()
        answer, _ = node.ask_certificate(earlier)
        self.assertEqual(answer.status, 403)
        node.enrol()

    def test_a_removed_nodes_token(self):
        node = self.node().boot()
        self.head.remove(node.name)
        answer, _ = node.ask_certificate()
        self.assertEqual(answer.status, 403)

    def test_a_token_gives_its_own_nodes_name_whatever_is_asked(self):
        node, other = self.node("a").boot(), self.node("b").boot().enrol()
        place = node.place()
        request = make_request(node.machine, place, other.id)
        answer, _ = node.ask_certificate(request=request)
        self.assertEqual(self.subject(node, answer), f"subject=CN={node.id}")
        self.assertTrue(is_accepted(other.client))

    def test_a_token_of_another_nodes_session_is_not_the_callers(self):
        node, other = self.node("a").boot().enrol(), self.node("b").boot()
        answer, _ = node.ask_certificate(other.token, client=node.client)
        self.assertEqual(self.subject(node, answer), f"subject=CN={other.id}")
        self.assertTrue(is_accepted(node.client))
        # The node whose token it was notices.
        answer, _ = other.ask_certificate()
        self.assertEqual(answer.status, 403)
        self.assertIn("alarm", [kind for kind, _ in self.head.events(other.name)])

    def test_a_session_is_no_token(self):
        node = self.node().boot()
        answer, _ = node.ask_certificate(f"v1.x.{node.welcome['session']}")
        self.assertEqual(answer.status, 403)

    def test_only_requests_for_the_clusters_kind_of_key(self):
        for request in ("", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n", "x" * 9000):
            self.assertEqual(self.node().boot().ask_certificate(request=request)[0].status, 400)
        node = self.node().boot()
        rsa = make_request(node.machine, node.place(), algorithm=("RSA",))
        self.assertEqual(node.ask_certificate(request=rsa)[0].status, 400)
        self.assertEqual(self.head.node(node.name)["certificate_serial"], "")

    def test_the_head_keeps_no_token(self):
        node = self.node().boot().enrol()
        secret = node.token.split(".")[2].encode()
        for path in self.head.machine.path(STATE).glob("state.db*"):
            self.assertNotIn(secret, path.read_bytes(), path.name)
        self.assertNotIn(secret.decode(), str(self.head.events(node.name)))


class OneIdentity(HeadTest):
    """Two machines that say they are the same one."""

    def claim(self, node, machine):
        other = self.node(machine)
        other.hardware = node.hardware
        return other.discover()

    def assert_waits(self, node, answer, why):
        self.assertEqual(answer["state"], "wait")
        self.assertNotIn("token", answer)
        self.assertIn(why, answer["reason"])
        self.assertIn("claim", [kind for kind, _ in self.head.events(node.name)])

    def test_the_second_waits_while_the_first_boots(self):
        node = self.node("a").boot()
        self.assert_waits(node, self.claim(node, "b"), "is booting at 10.42.0.11")
        node.enrol()

    def test_the_second_waits_while_the_first_runs(self):
        node = self.node("a").boot().enrol()
        node.say("ready")
        self.assert_waits(node, self.claim(node, "b"), f"{node.name} is up")
        self.assertTrue(is_accepted(node.client))

    def test_a_boot_again_from_the_same_place_goes_on(self):
        node = self.node("a").boot()
        self.assertEqual(self.claim(node, "a")["state"], "boot")

    def test_parts_of_two_nodes_are_no_machine(self):
        first, second = self.node("a").boot(), self.node("b").boot()
        mixed = {**first.hardware, "macs": [first.mac, second.mac]}
        answer = self.anybody().plain("POST", "/node/v1/discover", {"hardware": mixed})
        self.assert_waits(first, answer.json(), f"hardware of both {first.name} and {second.name}")
        self.assertNotIn("token", answer.text)
        self.assertEqual(self.head.node(first.name)["hardware"]["macs"], [first.mac])
        self.assertEqual(call_page(self.anybody(), "plan").status, 401)
