#!/usr/bin/env python3
"""How the build root reaches the archives of the machine's apt: host_apt_settings_test.py SOURCE"""

import stat
import unittest

from host_apt import HostAptCase


class Settings(HostAptCase):
    def test_shows_passwords_of_addresses_to_apt_alone(self):
        self.archives.login = "ada:p@ss"
        self.one_line("deb http://ada:p%40ss@m.example/debian trixie main",
                      "deb http://ada:p%40ss@s.example/debian-security trixie-security main")
        self.run_it()
        self.assertEqual(self.read("auth.conf").splitlines(),
                         ["machine http://m.example/debian/ login ada password p@ss",
                          "machine http://s.example/debian-security/ login ada password p@ss"])
        for name in ("auth.conf", "apt.conf"):
            self.assertEqual(stat.S_IMODE((self.place / "out" / name).stat().st_mode), 0o600, name)
        self.assertEqual(len(self.sources()), 2)
        for path in [*(self.place / "out").rglob("*"), *(self.place / "cache").rglob("*")]:
            if path.is_file() and path.name != "auth.conf":
                self.assertNotIn(b"p@ss", path.read_bytes(), path)
                self.assertNotIn(b"p%40ss", path.read_bytes(), path)

    def test_shows_the_passwords_that_apt_has_in_files(self):
        self.archives.login = "ada:hush"
        self.write("etc/auth.conf.d/m.conf", "machine http://m.example login ada password hush")
        self.write("etc/auth.conf", "machine http://s.example login ada password hush")
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.assertEqual(len(self.sources()), 3)

    def test_says_of_an_archive_that_asks_for_a_password_that_it_does(self):
        self.archives.login = "ada:hush"
        self.one_line(*self.DEBIAN)
        self.run_it(3)
        self.assertIn("source 'http://m.example/debian/ trixie' is not used: 401", self.said)

    def test_takes_the_settings_that_decide_how_an_archive_is_reached_and_believed(self):
        self.one_line(*self.DEBIAN)
        taken = [f'Acquire::http::Proxy "{self.proxy}";', 'Acquire::http::Proxy::near.example "DIRECT";',
                 'Acquire::https::CaInfo "/etc/site.crt";', 'Acquire::https::m.example::Verify-Peer "false";',
                 'Acquire::Check-Valid-Until "false";', 'Acquire::ForceIPv4 "true";',
                 'APT::Get::AllowUnauthenticated "true";']
        self.configure(*taken, 'APT::Install-Recommends "true";', 'Acquire::Languages "de";',
                       'DPkg::Pre-Invoke { "/bin/false"; };', 'Acquire::http::Pipeline-Depth "";')
        self.run_it()
        self.assertEqual(sorted(self.settings()), sorted([*taken, 'Acquire::Retries "0";']))

    def test_fetches_as_apts_own_user_but_where_a_connection_needs_a_key_of_roots(self):
        proxy = f'Acquire::http::Proxy "{self.proxy}";'
        self.configure(proxy)
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.assertNotIn('APT::Sandbox::User "root";', self.settings())
        self.assertEqual(self.archives.users, {"_apt"})
        self.configure(proxy, 'Acquire::https::m.example::SslKey "/etc/own.key";')
        self.run_it()
        self.assertIn('APT::Sandbox::User "root";', self.settings())

    def test_takes_a_proxy_of_the_environment_where_apt_has_none(self):
        self.configure()
        self.one_line(*self.DEBIAN)
        self.run_it(http_proxy=self.proxy, https_proxy="http://tls.example:8080")
        self.assertEqual(self.settings(),
                         ['Acquire::Retries "0";', f'Acquire::http::Proxy "{self.proxy}";',
                          'Acquire::https::Proxy "http://tls.example:8080";'])

    def test_takes_no_proxy_of_the_environment_where_apt_has_one(self):
        self.one_line(*self.DEBIAN)
        self.run_it(http_proxy="http://other.example", https_proxy="http://tls.example:8080")
        self.assertEqual(self.settings(),
                         ['Acquire::Retries "0";', f'Acquire::http::Proxy "{self.proxy}";'])

    def test_goes_round_the_proxy_to_the_machines_whose_names_end_as_no_proxy_says(self):
        self.one_line(*self.DEBIAN)
        self.run_it()
        # The archives were asked; the next call reads the environment alone.
        self.run_it(no_proxy="localhost, .EXAMPLE,*")
        self.assertEqual([line for line in self.settings() if "DIRECT" in line],
                         ['Acquire::http::Proxy::localhost "DIRECT";', 'Acquire::https::Proxy::localhost "DIRECT";',
                          'Acquire::http::Proxy::m.example "DIRECT";', 'Acquire::https::Proxy::m.example "DIRECT";',
                          'Acquire::http::Proxy::s.example "DIRECT";', 'Acquire::https::Proxy::s.example "DIRECT";'])

    def test_asks_the_program_that_looks_for_a_proxy(self):
        program = self.write("detect", f"#!/bin/sh\necho {self.proxy}\n")
        program.chmod(0o755)
        # apt starts it as a user of its own.
        self.place.chmod(0o755)
        self.configure(f'Acquire::http::Proxy-Auto-Detect "{program}";')
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.assertEqual(self.settings(),
                         ['Acquire::Retries "0";', f'Acquire::http::Proxy "{self.proxy}";'])

    def test_goes_on_without_a_proxy_where_that_program_fails(self):
        self.one_line(*self.DEBIAN)
        self.run_it()
        self.configure('Acquire::http::Proxy-Auto-Detect "/no/such";')
        self.run_it()
        self.assertEqual(self.settings(), ['Acquire::Retries "0";'])
        self.assertIn("the program that apt on this machine has to find a proxy failed", self.said)

    def test_reads_the_files_that_apt_is_told_to_read(self):
        self.write("elsewhere/list", "".join(line + "\n" for line in self.DEBIAN))
        self.one_line("deb http://unread.example/ trixie main")
        self.configure(f'Acquire::http::Proxy "{self.proxy}";',
                       f'Dir::Etc::sourcelist "{self.place}/elsewhere/list";', 'Dir::Etc::sourceparts "-";')
        self.run_it()
        self.assertEqual(len(self.sources()), 3)
        self.assertEqual(self.said, "")


if __name__ == "__main__":
    unittest.main()
