"""Extensions on a head: installed and removed by root, asked by the daemon, seen in the plans of nodes."""

import json

from extension_room import MOTD, STORE, ExtensionsTest, writes


class Extensions(ExtensionsTest):
    def test_what_it_wants_is_in_the_plans_of_nodes_until_it_is_removed(self):
        self.assertEqual(self.on_nodes(), {})
        self.assertIn("installed motd 1.0.0", self.install(writes(MOTD, "welcome\n")))
        self.assertEqual(self.on_nodes(), {MOTD: "welcome\n"})
        (extension,) = self.listed()
        self.assertEqual((extension["name"], extension["active"], extension["signer"], extension["steps"]),
                         ("motd", True, "", 1))
        self.assertIn("UNSIGNED", self.check("ext", "list"))
        self.assertIn(MOTD, self.check("ext", "show", "motd"))
        self.check("ext", "remove", "--yes", "motd")
        self.assertEqual(self.on_nodes(), {})
        left = self.machine.check("find", STORE, "-mindepth", "1", "-not", "-name", ".lock")
        self.assertEqual(left, "")

    def test_an_upgrade_takes_the_place_of_the_version_before(self):
        self.install(writes(MOTD, "one\n"))
        self.install(writes(MOTD, "two\n"), version="1.1.0")
        self.assertEqual(self.on_nodes(), {MOTD: "two\n"})
        versions = sorted(path.name for path in self.machine.path(f"{STORE}/motd").iterdir())
        self.assertEqual([name.partition("-")[0] for name in versions], ["1.1.0", "grant.json"])

    def test_one_that_fails_leaves_what_was_before(self):
        said = self.refuse_install("echo 'no lamp in the house' >&2\nexit 3\n")
        self.assertIn("ended with status 3", said)
        self.assertIn("no lamp in the house", said)
        self.assertEqual(self.listed(), [])
        self.install(writes(MOTD, "one\n"))
        for hook in ("exit 1\n", "echo nonsense\n", "echo []\n", "kill -9 $$\n", "head -c 9000000 /dev/zero\n",
                     writes("/etc/shadow", "root::\n"), 'echo \'{"node": [{"step": "directory", "path": "/x"}]}\'\n',
                     'echo \'{"nodes": []}\'\n'):
            said = self.refuse_install(hook, version="2.0.0")
            self.assertIn("nothing was installed", said)
            (extension,) = self.listed()
            self.assertEqual((extension["version"], extension["active"]), ("1.0.0", True), said)
            self.assertEqual(self.on_nodes(), {MOTD: "one\n"})

    def test_a_step_without_a_right_is_refused_and_named(self):
        said = self.refuse_install(writes("/etc/shadow", "root::\n"))
        self.assertIn("/etc/shadow", said)
        self.assertIn("no right", said)

    def test_a_file_belongs_to_one(self):
        self.install(writes(MOTD, "one\n"))
        said = self.refuse_install(writes(MOTD, "two\n"), name="other")
        self.assertIn("belongs to 'motd'", said)
        said = self.refuse_install(writes("/etc/hosts", "127.0.0.1 here\n"), name="other", files="/etc/hosts")
        self.assertIn("/etc/hosts", said)
        self.assertIn("'extension other'", said)
        for path in ("/etc/hosts/below", "/etc/slurm"):
            said = self.refuse_install(writes(path, "x\n"), name="other", files=path)
            self.assertIn("leaves no place for", said)
        self.assertEqual(self.on_nodes(), {MOTD: "one\n"})
        self.assertIn("there is no extension", self.refuse(2, "ext", "remove", "--dry-run", "other"))
        self.assertIn("would remove", self.check("ext", "remove", "--dry-run", "motd"))
        self.assertEqual(len(self.listed()), 1)

    def test_nobody_takes_what_nobody_signed_by_mistake(self):
        package = self.package(writes(MOTD, "one\n"))
        self.assertIn("not signed", self.refuse(2, "ext", "install", "--yes", package))
        self.check("ext", "keygen", "/root/ext/ada", "--no-password")
        self.check("ext", "sign", package, "--key", "/root/ext/ada.key")
        self.assertIn("nobody trusts", self.refuse(2, "ext", "install", "--yes", package))
        self.check("ext", "install", "--yes", package, "--key", "/root/ext/ada.pub")
        self.assertNotIn("UNSIGNED", self.check("ext", "list"))
        self.machine.check("mkdir", "-p", "/etc/muster/extension-keys")
        self.machine.check("cp", "/root/ext/ada.pub", "/etc/muster/extension-keys")
        self.check("ext", "install", "--yes", package)
        text = self.machine.path(package).read_text(encoding="utf-8")
        self.machine.write(package, text.replace("MIT", "GPL-2.0-only"))
        self.assertIn("not what the key signed", self.refuse(2, "ext", "install", "--yes", package))

    def test_nodes_keep_what_they_have_while_the_daemon_starts(self):
        self.install(writes(MOTD, "one\n"))
        self.hosts.end("motd")
        self.head.daemons.pop("musterd").stop()
        self.head.start_musterd()
        self.head.apply()
        self.assertEqual(self.on_nodes(), {MOTD: "one\n"})
        (extension,) = self.listed()
        self.assertTrue(extension["active"], "what it answered before is still right")

    def test_a_host_that_is_away_is_told(self):
        self.install(writes(MOTD, "one\n"))
        self.check("ext", "remove", "--yes", "motd")
        package = self.package(writes(MOTD, "two\n"))
        self.hosts.begin = lambda name: None
        said = self.refuse(1, "ext", "install", "--yes", "--allow-unsigned", package)
        self.assertIn("motd.sock", said)
        self.assertEqual(self.listed(), [])

    def test_who_only_looks_installs_nothing(self):
        package = self.package(writes(MOTD, "one\n"))
        done = self.machine.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=muster", "muster", "ext", "install",
                                "--yes", "--allow-unsigned", package)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"only root", done.stderr)

    def test_a_hook_is_told_of_the_cluster_and_nothing_else(self):
        hook = """\
            input=$(cat)
            text=$(printf '%s|%s|%s|%s' "$MUSTER_EXTENSION" "$MUSTER_HOOK" "$(env | grep -c =)" "$input" | sed 's/"/\\\\"/g')
            printf '{"node": [{"step": "file", "path": "/etc/motd", "content": "%s", "mode": "0600"}]}' "$text"
            """
        self.install(hook)
        name, which, variables, told = self.on_nodes()[MOTD].split("|", 3)
        self.assertEqual((name, which), ("motd", "configure"))
        # PATH, LANG, HOME, PWD and those of the extension.
        self.assertLessEqual(int(variables), 10)
        told = json.loads(told)
        directory = told["extension"].pop("directory")
        self.assertTrue(self.machine.path(f"{directory}/hooks/configure").exists(), directory)
        self.assertEqual(told["extension"], {"name": "motd", "version": "1.0.0", "data": "/var/lib/muster-extension-data/motd"})
        self.assertEqual(told["settings"], {})
        self.assertEqual([profile["name"] for profile in told["cluster"]["profiles"]], ["default", "gpu"])
        self.assertEqual(set(told["cluster"]), {"name", "head", "profiles"})
