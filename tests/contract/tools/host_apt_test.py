#!/usr/bin/env python3
"""Which archives of the machine's apt the build root is told of: host_apt_test.py SOURCE"""

import pathlib
import unittest

from host_apt import SIGNED, HostAptCase, release

KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n"


class Archives(HostAptCase):
    def test_takes_the_machines_archives_with_what_an_iso_is_made_of(self):
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.assertEqual(self.sources(), [
            "deb http://m.example/debian/ trixie main contrib non-free-firmware",
            "deb http://m.example/debian/ trixie-updates main contrib non-free-firmware",
            "deb http://s.example/debian-security/ trixie-security main contrib non-free-firmware"])
        self.assertEqual(self.said, "")

    def test_takes_no_component_that_an_archive_lacks_and_every_other_that_the_machine_uses(self):
        self.archives.offer("http://m.example/debian/", "trixie", text=release(components="main non-free"))
        self.one_line("deb http://m.example/debian trixie main non-free", self.DEBIAN[2])
        self.run_it()
        self.assertEqual(self.sources()[0], "deb http://m.example/debian/ trixie main non-free")

    def test_reads_stanzas_of_several_suites_as_apt_does(self):
        self.write("etc/sources.list.d/debian.sources", f"""# Debian
Types: deb deb-src
URIs: http://m.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By:
{"".join(f" {line or '.'}" + chr(10) for line in KEY.splitlines())}
Types: deb
URIs: http://s.example/debian-security/
Suites: trixie-security
Components: main
Trusted: yes
Signed-By: {self.write("site.gpg", "a key")}

Types: deb
URIs: http://off.example/
Suites: trixie
Components: main
Enabled: no

Types: deb-src
URIs: http://source.example/
Suites: trixie
Components: main

Types: deb
URIs: http://arm.example/
Suites: trixie
Components: main
Architectures: arm64
""")
        self.write("etc/sources.list.d/old.sources.save", "Types: deb\nURIs: http://old/\nSuites: trixie\n")
        self.run_it()
        key = str(self.place / "site.gpg")[1:].replace("/", "_")
        self.assertEqual(sorted(self.sources()), sorted([
            "deb [signed-by=/run/host-apt/keys/inline-1.asc] http://m.example/debian/ trixie main contrib non-free-firmware",
            "deb [signed-by=/run/host-apt/keys/inline-1.asc] http://m.example/debian/ trixie-updates main contrib non-free-firmware",
            f"deb [{self.options(key)}] http://s.example/debian-security/ trixie-security main contrib non-free-firmware"]))
        self.assertEqual(self.read("keys/inline-1.asc").rstrip("\n"), KEY.rstrip("\n"))
        self.assertEqual(self.read(f"keys/{key}"), "a key")
        self.assertEqual(self.said, "")

    def options(self, key):
        """In the order that this system's awk gives."""
        line = next(line for line in self.sources() if "s.example" in line)
        options = line[line.index("[") + 1:line.index("]")]
        self.assertEqual(set(options.split()), {"trusted=yes", f"signed-by=/run/host-apt/keys/{key}"})
        return options

    def test_goes_without_a_suite_that_a_mirror_lacks_and_says_so(self):
        del self.archives.files["http://m.example/debian/dists/trixie-updates/InRelease"]
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.assertEqual(len(self.sources()), 2)
        self.assertIn("source 'http://m.example/debian/ trixie-updates' is not used: it has no 'trixie-updates'",
                      self.said)

    def test_takes_the_older_release_file(self):
        text = self.archives.files.pop("http://m.example/debian/dists/trixie/InRelease")
        self.archives.files["http://m.example/debian/dists/trixie/Release"] = text
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.assertEqual(len(self.sources()), 3)

    def test_says_that_there_are_no_security_updates(self):
        self.one_line(self.DEBIAN[0])
        self.run_it()
        self.assertEqual(len(self.sources()), 1)
        self.assertIn("knows no Debian security archive", self.said)

    def test_finds_the_release_on_the_mirrors_of_a_machine_of_another(self):
        key = self.write("debian.gpg", "a key")
        self.one_line(f"deb [signed-by={key}] http://m.example/debian bookworm main",
                      "deb http://m.example/debian bookworm-updates main",
                      "deb http://s.example/debian-security bookworm-security main",
                      "deb http://third.example/ nodistro main")
        self.run_it()
        name = str(key)[1:].replace("/", "_")
        self.assertEqual(self.sources(), [
            f"deb [signed-by=/run/host-apt/keys/{name}] http://m.example/debian/ trixie main contrib non-free-firmware",
            f"deb [signed-by=/run/host-apt/keys/{name}] http://m.example/debian/ trixie-updates main contrib non-free-firmware",
            "deb http://s.example/debian-security/ trixie-security main contrib non-free-firmware"])
        self.assertIn("source 'http://third.example/ nodistro' is not used", self.said)
        self.assertNotIn("bookworm", self.said)

    def test_takes_an_archive_of_another_origin_for_the_same_release_after_debians(self):
        self.archives.offer("http://site.example/", "trixie", text=release("Site", "tools"))
        self.one_line("deb [trusted=yes] http://site.example/ trixie tools", *self.DEBIAN)
        self.run_it()
        self.assertEqual(self.sources()[-1], "deb [trusted=yes] http://site.example/ trixie tools")
        self.assertEqual(self.said, "")

    def test_says_by_source_what_it_cannot_use(self):
        self.one_line(*self.DEBIAN, "deb file:/srv/debian trixie main", "deb http://flat.example/ ./",
                      "deb [signed-by=/no/such.gpg] http://k.example/ trixie main",
                      "deb http://a%20b:c@p.example/ trixie main")
        self.run_it()
        self.assertEqual(len(self.sources()), 3)
        for said in ["source 'file:/srv/debian trixie' is not used: it is not reached by http:// or https://",
                     "source 'http://flat.example/ ./' is not used",
                     "source 'http://k.example/ trixie' is not used: its key '/no/such.gpg' is not there",
                     "source 'http://p.example/ trixie' is not used: its address has a user or a password"]:
            self.assertIn(said, self.said)

    def test_names_a_disc_by_its_whole_name_and_no_password_of_what_it_cannot_use(self):
        self.one_line(*self.DEBIAN, "deb cdrom:[Debian GNU/Linux 13.0.0 _Trixie_ - Official #1]/ trixie main",
                      "deb ftp://ada:hush@f.example/debian trixie main",
                      "deb http://ada:hush@b.example/my%20debian trixie main",
                      "deb mirror+http://ada:hush@l.example/list trixie main")
        self.run_it()
        self.assertEqual(len(self.sources()), 3)
        for said in ["source 'cdrom:[Debian GNU/Linux 13.0.0 _Trixie_ - Official #1]/ trixie' is not used",
                     "source 'ftp://f.example/debian trixie' is not used",
                     "source 'http://b.example/my debian/ trixie' is not used: its address has a blank",
                     "source 'mirror+http://l.example/list trixie' is not used: its list of mirrors cannot be read"]:
            self.assertIn(said, self.said)
        self.assertNotIn("hush", self.said)

    def test_reads_words_as_apt_does(self):
        self.archives.offer("http://q.example/amd64/a-b/", "trixie", text=release("Site", "tools"))
        self.one_line('deb "http://q.example/$(ARCH)/a%2Db" "trixie" tools# why', *self.DEBIAN)
        self.run_it()
        self.assertEqual(self.sources()[-1], "deb http://q.example/amd64/a-b/ trixie tools")
        self.assertEqual(self.said, "")

    def test_gives_an_address_on_as_it_is(self):
        self.archives.offer("http://q.example/a%2Bb/", "trixie", text=release("Site", "tools"))
        self.one_line("deb http://q.example/a%252Bb trixie tools", *self.DEBIAN)
        self.run_it()
        self.assertEqual(self.sources()[-1], "deb http://q.example/a%252Bb/ trixie tools")

    def test_takes_the_first_of_a_list_of_mirrors_that_is_a_file(self):
        mirrors = self.write("mirrors.list", "file:/srv/debian\nhttp://m.example/debian\thost:x\n")
        self.one_line(f"deb mirror+file:{mirrors} trixie main", self.DEBIAN[2])
        self.run_it()
        self.assertEqual(self.sources()[0], "deb http://m.example/debian/ trixie main contrib non-free-firmware")

    def test_takes_the_first_of_a_list_of_mirrors_that_a_server_has(self):
        self.archives.files["http://l.example/mirrors"] = "http://m.example/debian\tpriority:1\nhttp://o.example/\n"
        self.one_line("deb mirror+http://l.example/mirrors trixie main",
                      "deb mirror://l.example/mirrors trixie-updates main", self.DEBIAN[2])
        self.run_it()
        self.assertEqual(self.sources()[:2], [
            "deb http://m.example/debian/ trixie main contrib non-free-firmware",
            "deb http://m.example/debian/ trixie-updates main contrib non-free-firmware"])
        self.assertEqual(self.said, "")
        asked = len(self.archives.asked)
        self.run_it()
        self.assertEqual(len(self.archives.asked), asked)

    def test_finds_the_release_that_is_named_stable_though_others_name_it(self):
        self.archives.offer("http://site.example/", "trixie", text=release("Site", "stable"))
        self.archives.offer("http://m.example/debian/", "stable")
        self.one_line("deb http://site.example/ trixie stable", "deb http://m.example/debian stable main",
                      "deb http://s.example/debian-security stable-security main")
        self.run_it()
        self.assertEqual(self.sources(), [
            "deb http://m.example/debian/ trixie main contrib non-free-firmware",
            "deb http://m.example/debian/ trixie-updates main contrib non-free-firmware",
            "deb http://s.example/debian-security/ trixie-security main contrib non-free-firmware",
            "deb http://site.example/ trixie stable"])
        self.assertEqual(self.said, "")

    def test_takes_a_sites_own_copy_of_the_release(self):
        self.archives.offer("http://copy.example/", "trixie", "trixie-security", text=release("Site", "main"))
        self.one_line("deb http://copy.example/ trixie main", "deb http://copy.example/ trixie-security main")
        self.run_it()
        self.assertEqual(self.sources(), ["deb http://copy.example/ trixie main",
                                          "deb http://copy.example/ trixie-security main"])
        self.assertNotIn("asking", self.said)

    def test_asks_debian_where_the_machine_knows_no_archive_of_it(self):
        if not pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg").exists():
            self.skipTest("no keys of Debian's archive here")
        self.archives.offer("http://deb.debian.org/debian/", "trixie", "trixie-updates")
        self.archives.offer("http://deb.debian.org/debian-security/", "trixie-security")
        self.one_line("deb http://ubuntu.example/ubuntu noble main")
        self.run_it()
        self.assertEqual(self.sources()[2],
                         "deb [signed-by=/run/host-apt/keys/usr_share_keyrings_debian-archive-keyring.gpg] "
                         "http://deb.debian.org/debian-security/ trixie-security main contrib non-free-firmware")
        self.assertIn("apt on this machine knows no archive of 'trixie'; asking http://deb.debian.org", self.said)
        self.run_it()
        self.assertTrue((self.place / "out/keys/usr_share_keyrings_debian-archive-keyring.gpg").exists(),
                        "also when the archives are known already")

    def test_believes_debians_keys_alone_about_what_debian_signed(self):
        keyring = self.make_debian()
        self.archives.offer("http://m.example/debian/", "trixie", text=(SIGNED / "InRelease").read_text(encoding="utf-8"))
        self.one_line("deb http://m.example/debian trixie main", *self.DEBIAN[1:])
        self.run_it()
        name = str(keyring).strip("/").replace("/", "_")
        self.assertEqual(self.sources(), [
            f"deb [signed-by=/run/host-apt/keys/{name}] http://m.example/debian/ trixie main contrib non-free-firmware",
            "deb http://m.example/debian/ trixie-updates main contrib non-free-firmware",
            "deb http://s.example/debian-security/ trixie-security main contrib non-free-firmware"])
        self.assertTrue((self.place / "out/keys" / name).exists())

    def test_says_what_to_do_where_nobody_has_the_release(self):
        self.one_line("deb http://ubuntu.example/ubuntu noble main")
        self.run_it(3)
        self.assertIn("give this machine's apt a Debian archive of 'trixie'", self.said)

    def test_asks_again_only_when_the_sources_changed(self):
        self.one_line(*self.DEBIAN)
        self.run_it()
        asked = len(self.archives.asked)
        self.run_it()
        self.assertEqual(len(self.archives.asked), asked)
        self.one_line(*self.DEBIAN[:1], self.DEBIAN[2])
        self.run_it()
        self.assertGreater(len(self.archives.asked), asked)
        self.assertEqual(len(self.sources()), 2)

    def test_goes_on_with_what_was_used_before_when_nobody_answers(self):
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.archives.files.clear()
        self.one_line(*self.DEBIAN, "# changed", "deb http://n.example/ trixie main")
        self.run_it()
        self.assertEqual(len(self.sources()), 3)
        self.assertIn("the build goes on with the archives that this machine used before", self.said)


if __name__ == "__main__":
    unittest.main()
