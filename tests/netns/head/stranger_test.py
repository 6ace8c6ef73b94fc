"""What a machine learns that has proved nothing: the boot artefacts, and that it must wait."""

import json

from client import Client
from head import ADDRESS, BOOT, MEDIUM_FILES, STATE, blob
from node import call_page, hardware
from room import HeadTest

FOR_NODES = ("renew", "plan", "report", "heartbeat")
ADMIN = (("GET", "/v1/status"), ("GET", "/v1/nodes"), ("GET", "/v1/nodes/n001"),
         ("GET", "/v1/nodes/n001/events"), ("GET", "/v1/users"), ("GET", "/v1/plan/head"),
         ("POST", "/v1/nodes/adopt"), ("POST", "/v1/nodes/reboot"), ("POST", "/v1/nodes/remove"),
         ("POST", "/v1/nodes/import"), ("GET", "/v1/discovery"), ("GET", "/v1/dhcp"),
         ("POST", "/v1/discovery"), ("POST", "/v1/dhcp"), ("POST", "/v1/users"),
         ("DELETE", "/v1/users/ada"))
# Ways by which web servers have been talked into leaving their directory.
KERNEL = blob(MEDIUM_FILES["live/vmlinuz"])
CLIMBS = ("/blob/../../../../..", f"{KERNEL}/../../../../..", "/blob/..%2f..%2f..", "/medium/..%2f..%2f..",
          "/blob/%2e%2e/%2e%2e/..", "/grub/../..", "/boot/..%2f..", "//..", "/shimx64.efi/../..",
          f"{KERNEL}%00/..", "/boot\\..\\..", "/blob../..")
SECRETS = ("/etc/passwd", "/etc/shadow", "/etc/muster/cluster.yaml", f"{STATE}/state.db",
           f"{STATE}/ca/ca.key", f"{STATE}/tls/head.pem", f"{STATE}/secrets/slurm.key",
           f"{STATE}/head-plan.json", "/run/medium/private.txt")


class BootArtefacts(HeadTest):
    """The plain server has what firmware, boot loaders and stage one fetch."""

    def test_every_file_of_the_image_arrives_unchanged(self):
        for path, content in MEDIUM_FILES.items():
            # Agents of versions before hashes ask below /medium/.
            for page in (blob(content), blob(content).replace("/blob/", "/medium/")):
                answer = self.anybody().plain("GET", page)
                self.assertEqual((answer.status, answer.text), (200, content.decode()), path)

    def test_boot_loaders_arrive(self):
        for name in ("shimx64.efi", "grubx64.efi"):
            answer = self.anybody().plain("GET", f"/{name}")
            self.assertEqual((answer.status, answer.text),
                             (200, f"stands for {BOOT.lstrip('/')}/{name}"))
        first = self.anybody().plain("GET", "/grub/grub.cfg")
        self.assertEqual(first.status, 200)
        self.assertIn("/grub/node/", first.text)

    def test_boot_scripts_name_the_files_that_are_there(self):
        mac = hardware()["macs"][0].replace(":", "-")
        for page in (f"/boot/node.ipxe?mac={mac}", f"/grub/node/{mac}.cfg"):
            script = self.anybody().plain("GET", page)
            self.assertEqual(script.status, 200, page)
            for path in ("live/vmlinuz", "live/initrd.img"):
                self.assertIn(blob(MEDIUM_FILES[path]), script.text)
        entry = self.anybody().plain("GET", "/boot/entry.ipxe")
        self.assertEqual(entry.status, 200)
        self.assertTrue(entry.text.startswith("#!ipxe\n"))
        self.assertIn(f"http://{ADDRESS}/boot/node.ipxe?mac=${{netX/mac:hexhyp}}", entry.text)

    def test_a_nodes_boot_script_holds_nothing_of_the_node(self):
        node = self.node().boot()
        unknown = hardware()["macs"][0]
        for page in ("/boot/node.ipxe?mac={}", "/grub/node/{}.cfg"):
            known, other = (self.anybody().plain("GET", page.format(mac.replace(":", "-"))).text
                            .replace(mac.replace(":", "-"), "MAC") for mac in (node.mac, unknown))
            self.assertEqual(known, other)

    def test_scripts_are_read_only(self):
        for page in ("/boot/entry.ipxe", "/boot/node.ipxe?mac=52-54-00-00-00-01",
                     "/grub/node/52-54-00-00-00-01.cfg"):
            for method in ("POST", "PUT", "DELETE"):
                self.assertEqual(self.anybody().plain(method, page, {}).status, 405, page)


class Endpoints(HeadTest):
    """The pages for machines, called without a certificate."""

    def test_discovery_tells_a_stranger_to_wait_and_nothing_else(self):
        answer = self.anybody().plain("POST", "/node/v1/discover", {"hardware": hardware()})
        self.assertEqual(answer.status, 200)
        self.assertEqual(set(answer.json()), {"state", "reason", "time_ms"})
        self.assertEqual(answer.json()["state"], "wait")

    def test_stage_needs_a_session(self):
        for session in ("", "0" * 32, None, 7):
            answer = self.anybody().plain("POST", "/node/v1/stage",
                                          {"session": session, "stage": "image"})
            self.assertIn(answer.status, (400, 403), session)

    def test_enrolment_needs_a_token(self):
        for body, status in (({}, 400), ({"token": "x"}, 400), ({"token": "v1.a.b.c"}, 400),
                             ({"token": "v1.." + "0" * 64}, 400),
                             ({"token": "v1.." + "0" * 64, "request": "x"}, 403), ([], 400),
                             (b"{", 400)):
            self.assertEqual(self.anybody().tls("POST", "/node/v1/enrol", body).status, status, body)

    def test_pages_for_nodes_want_a_certificate(self):
        for page in FOR_NODES:
            answer = call_page(self.anybody(), page)
            self.assertEqual((answer.status, sorted(answer.json())), (401, ["error", "hint"]), page)

    def test_nothing_that_is_secret_travels_in_clear(self):
        for page in (*FOR_NODES, "enrol"):
            for method in ("GET", "POST"):
                answer = self.anybody().plain(method, f"/node/v1/{page}", {})
                self.assertEqual(answer.status, 404, page)

    def test_tls_has_only_the_pages_for_nodes(self):
        for page in ("/", "/boot/entry.ipxe", "/grub/node/52-54-00-00-00-01.cfg", "/shimx64.efi",
                     KERNEL, "/node/v1/discover", "/node/v1/stage", "/node/v1/",
                     "/node/v1/plan/", "/node/v1/plan/x", "/node/v1/planx"):
            for method in ("GET", "POST"):
                self.assertEqual(self.anybody().tls(method, page, {}).status, 404, page)

    def test_headers_of_the_proxy_cannot_be_sent(self):
        node = self.node().boot().enrol()
        serial = self.head.node(node.name)["certificate_serial"]
        forged = ["X-Muster-Verified: SUCCESS", f"X-Muster-Node: CN={node.id}",
                  f"X-Muster-Serial: {serial}", "x-muster-verified: SUCCESS",
                  "X_Muster_Verified: SUCCESS"]
        for page in FOR_NODES:
            self.assertEqual(call_page(self.anybody(), page, headers=forged).status, 401, page)
        # The plain server passes whatever starts with the name of a page of its own.
        for page in ("/node/v1/discover/../plan", "/node/v1/discover/..%2fplan", "/node/v1/discoverx",
                     "/node/v1/plan/../discover", "/node/v1/stage/x", "/boot/../node/v1/plan",
                     "/node/v1/discover/%2e%2e/plan"):
            answer = self.anybody().plain("GET", page, headers=forged)
            self.assertIn(answer.status, (401, 404), f"{page}: {answer.text}")

    def test_the_address_of_a_machine_is_the_one_it_calls_from(self):
        node = self.node("a")
        node.name = None
        self.anybody("a").plain("POST", "/node/v1/discover", {"hardware": node.hardware})
        name = self.head.adopt(node.mac)
        self.anybody("a").plain("POST", "/node/v1/discover", {"hardware": node.hardware},
                                headers=["X-Muster-Address: 10.42.9.9"])
        self.assertIn(("boot", "boots as 'default' at 10.42.0.11"), self.head.events(name))


class NothingElse(HeadTest):
    """What no machine is ever shown."""

    def refused(self, client, scheme, method, page):
        answer = client.call(scheme, method, page, {} if method == "POST" else None)
        self.assertIn(answer.status, (400, 401, 404, 405), f"{method} {scheme} {page}: {answer}")
        for word in ("root:x:", "BEGIN", "SQLite", "schema:", "only for the head", self.slurm_key()):
            self.assertNotIn(word, answer.text, f"{scheme} {page}")

    def status(self):
        """All but the time, and problems, which come with the head's own plan."""
        return {**self.head.admin("GET", "/v1/status"), "now_ms": 0, "problems": []}

    def test_the_administrators_pages(self):
        node = self.node().boot().enrol()
        before = self.status()
        for method, page in ADMIN:
            self.refused(self.anybody(), "http", method, page)
            self.refused(node.client, "https", method, page)
        self.assertEqual(self.status(), before)

    def test_directories(self):
        for page in ("/", "/medium/", "/medium", "/blob/", "/blob", "/boot/", "/grub/", "/grub/node/", "/node/", "/node/v1/"):
            self.refused(self.anybody(), "http", "GET", page)
            self.refused(self.anybody(), "https", "GET", page)

    def test_files_beside_the_ones_that_boot(self):
        self.head.machine.write("/run/muster-blobs/private.txt", "only for the head")
        self.head.machine.write("/run/muster-blobs/" + "A" * 64, "only for the head")
        for page in ("/blob/private.txt", "/medium/private.txt", "/blob/" + "A" * 64, "/blob/" + "0" * 64,
                     "/medium/live/vmlinuz", "/medium/muster/image/compute/manifest.json", KERNEL + "0",
                     KERNEL[:-1], KERNEL + "/", "/blob/." + KERNEL[-63:], "/undionly.kpxe",
                     "/grub/grub.cfg.old", "/nginx.conf", "/.git/config"):
            self.refused(self.anybody(), "http", "GET", page)

    def test_the_heads_files_by_any_way(self):
        for secret in SECRETS:
            self.refused(self.anybody(), "http", "GET", secret)
            self.refused(self.anybody(), "https", "GET", secret)
        # Every way with one file that is certainly there.
        for climb in CLIMBS:
            for secret in ("/etc/passwd", f"{STATE}/ca/ca.key"):
                self.refused(self.anybody(), "http", "GET", climb + secret)
                self.refused(self.anybody(), "https", "GET", climb + secret)

    def test_files_cannot_be_put(self):
        for page in (KERNEL, "/blob/" + "0" * 64, "/shimx64.efi", "/new"):
            for method in ("PUT", "DELETE", "POST"):
                answer = self.anybody().plain(method, page, b"mine")
                self.assertIn(answer.status, (404, 405), page)
        vmlinuz = self.head.machine.path("/run/medium/live/vmlinuz").read_bytes()
        self.assertEqual(vmlinuz, MEDIUM_FILES["live/vmlinuz"])

    def test_no_other_port_is_open(self):
        listed = self.head.machine.check("ss", "-ltnuH").splitlines()
        ports = {(line.split()[0], int(line.split()[4].rpartition(":")[2])) for line in listed}
        self.assertEqual(ports, {("tcp", 53), ("tcp", 80), ("tcp", 443), ("udp", 53), ("udp", 67),
                                 ("udp", 69)})

    def test_one_that_asks_without_end_is_turned_away_and_others_are_heard(self):
        urls = [f"http://{ADDRESS}/boot/node.ipxe?mac=52-54-00-aa-00-01"] * 600
        said = self.wire["stranger"].check("curl", "-sS", "--parallel", "--parallel-max", "30", "--output",
                                           "/dev/null", "--write-out", "%{http_code}\\n",
                                           *[word for url in urls for word in ("--url", url)])
        self.assertIn("429", said.split())
        self.assertEqual(self.anybody("a").plain("GET", "/boot/entry.ipxe").status, 200)

    def test_nginx_cannot_ask_as_an_administrator(self):
        done = self.head.machine.run("setpriv", "--reuid=muster-www", "--regid=muster-www", "--init-groups",
                                     "curl", "-sS", "--unix-socket", "/run/musterd/api.sock",
                                     "http://muster/v1/status")
        self.assertEqual(done.returncode, 7, done)

    def can_read(self, account, name):
        self.assertTrue(self.head.machine.path(f"{STATE}/{name}").exists(), name)
        return self.head.machine.run("setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups",
                                     "cat", f"{STATE}/{name}").returncode == 0

    def test_nobody_else_reads_the_keys(self):
        for name in ("ca/ca.key", "tls/head.pem", "secrets/slurm.key", "state.db", "head-plan.json"):
            self.assertFalse(self.can_read("www-data", name), name)
            # The web server has the key of its own certificate.
            self.assertEqual(self.can_read("muster-www", name), name == "tls/head.pem", name)


class Transport(HeadTest):
    """What the TLS server insists on."""

    def test_old_tls_is_refused(self):
        answer = self.anybody().tls("POST", "/node/v1/enrol", {}, options=["--tls-max", "1.2"])
        self.assertEqual(answer.status, 0)

    def test_the_head_proves_itself_to_those_who_know_its_authority(self):
        node = self.node("b").boot()
        knowing = Client(self.wire["b"], node.trust())
        self.assertEqual(call_page(knowing, "plan").status, 401)
        for name in ("head", "head.muster"):
            done = self.wire["b"].run("curl", "-sS", "--cacert", knowing.ca, "--resolve",
                                      f"{name}:443:{ADDRESS}", f"https://{name}/node/v1/plan")
            self.assertIn("certificate is needed", done.stdout.decode(), done)
        self.assertEqual(json.loads(call_page(knowing, "plan").text)["hint"], "enrol first")
