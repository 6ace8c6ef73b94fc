#include "iso/apt_sources.h"

#include <format>
#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

TEST(AptSources, reads_one_line_files) {
  const auto [archives, logins, unusable] = parse_sources(
      "# comment\n"
      "deb [signed-by=/k,/l arch=i386,amd64 lang=de] http://m.example/debian trixie main contrib\n"
      "deb-src http://m.example/debian trixie main\n"
      "  deb\t[ trusted=yes ]  https://u.example/ trixie main\n"
      "deb [arch=arm64] http://arm.example/ trixie main\n"
      "deb http://s.example/debian-security/ trixie-security main # why\n");
  EXPECT_TRUE(unusable.empty());
  ASSERT_EQ(archives.size(), 3U);
  EXPECT_EQ(
      archives[0],
      (AptSource{
          "http://m.example/debian/", "trixie", {"main", "contrib"}, {{"signed-by", "/k,/l"}}}));
  EXPECT_EQ(archives[1],
            (AptSource{"https://u.example/", "trixie", {"main"}, {{"trusted", "yes"}}}));
  EXPECT_EQ(archives[2],
            (AptSource{"http://s.example/debian-security/", "trixie-security", {"main"}}));
}

TEST(AptSources, reads_deb822_files) {
  const auto [archives, logins, unusable] = parse_deb822_sources(
      "Types: deb deb-src\nURIs: http://m.example/debian\nSuites: trixie trixie-updates\n"
      "Components: main\nTrusted: yes\nCheck-Valid-Until: no\n\n"
      "Types: deb-src\nURIs: http://x.example/\nSuites: trixie\nComponents: main\n\n"
      "Types: deb\nURIs: http://arm.example/\nSuites: trixie\nComponents: main\n"
      "Architectures: arm64\n");
  EXPECT_TRUE(unusable.empty());
  ASSERT_EQ(archives.size(), 2U);
  EXPECT_EQ(archives[1], (AptSource{"http://m.example/debian/",
                                    "trixie-updates",
                                    {"main"},
                                    {{"trusted", "yes"}, {"check-valid-until", "no"}}}));
}

TEST(AptSources, passes_over_what_is_not_enabled) {
  const auto stanza = [](const std::string& enabled) {
    return "Types: deb\nURIs: http://m.example/debian\nSuites: trixie\nComponents: "
           "main\nEnabled: " +
           enabled + "\n";
  };
  EXPECT_EQ(parse_deb822_sources(stanza("no")), AptSources());
  EXPECT_EQ(parse_deb822_sources(stanza("False")), AptSources());
  EXPECT_EQ(parse_deb822_sources(stanza("yes")).archives.size(), 1U);
}

TEST(AptSources, reads_fields_of_several_lines_and_a_key_among_them) {
  const auto sources = parse_deb822_sources(
      "Types: deb\nURIs:\n http://m.example/debian\nSuites: trixie\n trixie-updates\n"
      "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n Suites: no\n");
  ASSERT_EQ(sources.archives.size(), 2U);
  EXPECT_EQ(sources.archives[1],
            (AptSource{"http://m.example/debian/",
                       "trixie-updates",
                       {"main"},
                       {{"signed-by", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nSuites: no"}}}));
}

TEST(AptSources, takes_users_and_passwords_out_of_addresses) {
  const auto sources = parse_sources(
      "deb http://ada:p%40ss%3a@m.example:8080/debian trixie main\n"
      "deb https://s.example/x@y/ trixie-security main\n");
  ASSERT_EQ(sources.archives.size(), 2U);
  EXPECT_EQ(sources.archives[0].uri, "http://m.example:8080/debian/");
  EXPECT_EQ(sources.archives[1].uri, "https://s.example/x@y/");
  // apt_auth.conf(5)
  EXPECT_EQ(sources.logins, "machine http://m.example:8080/debian/ login ada password p@ss:\n");
}

TEST(AptSources, says_which_archive_it_cannot_use_and_why_and_no_password) {
  const auto sources = parse_sources(
      "deb file:/srv/debian trixie main\n"
      "deb [trusted=yes] http://flat.example/ ./\n"
      "deb http://ada:a%20b@m.example/ trixie main\n"
      "deb mirror+file:/etc/apt/mirrors.list trixie main\n");
  EXPECT_TRUE(sources.archives.empty());
  EXPECT_EQ(sources.logins, "");
  ASSERT_EQ(sources.unusable.size(), 4U);
  EXPECT_EQ(
      sources.unusable[0].message,
      "source 'file:/srv/debian trixie' is not used: it is not reached by http:// or https://, "
      "and the roots in which a build installs see no disk of this machine");
  EXPECT_EQ(sources.unusable[0].hint, "serve the archive by HTTP");
  EXPECT_EQ(
      sources.unusable[1].message,
      "source 'http://flat.example/ ./' is not used: it has no suites and components, so it is "
      "for no release");
  EXPECT_EQ(sources.unusable[2].message,
            "source 'http://m.example/ trixie' is not used: its address has a user or a password "
            "that is empty or has a blank");
}

TEST(AptSources, names_a_disc_by_its_whole_name_and_no_password_of_what_it_cannot_use) {
  const auto sources = parse_sources(
      "deb cdrom:[Debian GNU/Linux 13.0.0 _Trixie_ - Official #1]/ trixie main\n"
      "deb ftp://ada:hush@f.example/debian trixie main\n"
      "deb http://ada:hush@b.example/my%20debian trixie main\n");
  EXPECT_TRUE(sources.archives.empty());
  EXPECT_EQ(sources.logins, "");
  ASSERT_EQ(sources.unusable.size(), 3U);
  EXPECT_TRUE(sources.unusable[0].message.starts_with(
      "source 'cdrom:[Debian GNU/Linux 13.0.0 _Trixie_ - Official #1]/ trixie' is not used"));
  EXPECT_TRUE(sources.unusable[1].message.starts_with(
      "source 'ftp://f.example/debian trixie' is not used"));
  EXPECT_EQ(sources.unusable[2].message,
            "source 'http://b.example/my debian trixie' is not used: its address has a blank");
}

TEST(AptSources, have_the_machines_architecture_where_apt_writes_it) {
  EXPECT_EQ(parse_sources("deb http://m.example/$(ARCH)/debian trixie/$(ARCH) main\n").archives,
            (std::vector<AptSource>{{"http://m.example/amd64/debian/", "trixie/amd64", {"main"}}}));
}

TEST(AptSources, have_the_same_address_when_they_are_written_and_read) {
  const std::vector<AptSource> archives = {{"http://m.example/a%2Bb/", "trixie", {"main"}}};
  EXPECT_EQ(render_sources(archives), "deb http://m.example/a%252Bb/ trixie main\n");
  EXPECT_EQ(parse_sources(render_sources(archives)).archives, archives);
}

TEST(AptSources, reads_the_files_that_apt_reads) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto write = [&](const std::string& name, const std::string& host) {
    const auto text = name.ends_with(".sources")
                          ? "Types: deb\nURIs: http://{}/\nSuites: trixie\nComponents: main\n"
                          : "deb http://{}/ trixie main\n";
    ASSERT_TRUE(os::write_file(scratch->path() / "sources.list.d" / name,
                               std::vformat(text, std::make_format_args(host))));
  };
  write("a.list", "one");
  write("b.sources", "two");
  for (const auto* name : {"a.list.save", "c.sources~", ".d.list", "e.list.dpkg-old", "f g.list"}) {
    write(name, "unread");
  }
  ASSERT_TRUE(os::write_file(scratch->path() / "auth.conf", "machine one login a password b"));
  ASSERT_TRUE(
      os::write_file(scratch->path() / "auth.conf.d/x.conf", "machine two login c password d"));
  ASSERT_TRUE(os::write_file(scratch->path() / "auth.conf.d/x.conf.old", "unread"));
  const auto sources = read_sources(scratch->path());
  ASSERT_TRUE(sources) << sources.error().text();
  ASSERT_EQ(sources->archives.size(), 2U);
  EXPECT_EQ(sources->archives[0].uri, "http://one/");
  EXPECT_EQ(sources->archives[1].uri, "http://two/");
  EXPECT_EQ(sources->logins, "machine one login a password b\nmachine two login c password d\n");
}

AptSources known(std::vector<AptSource> archives) { return {.archives = std::move(archives)}; }

TEST(AptSources, a_mirror_of_the_specification_replaces_debians_but_security) {
  spec::ClusterSpec spec{.release = "trixie", .mirror = "http://near.example/debian"};
  const auto selected =
      select_sources(known({{"http://s.example/", "trixie-security", {"main"}},
                            {"http://site.example/", "trixie", {"tools"}},
                            {"http://m.example/", "trixie", {"main"}, {{"trusted", "yes"}}},
                            {"http://m.example/", "trixie-updates", {"main"}}}),
                     spec);
  ASSERT_TRUE(selected);
  EXPECT_EQ(render_sources(selected->archives),
            "deb http://near.example/debian/ trixie main\n"
            "deb http://near.example/debian/ trixie-updates main\n"
            "deb http://site.example/ trixie tools\n"
            "deb http://s.example/ trixie-security main\n");
  EXPECT_EQ(selected->archives[1].presence, AptSource::Presence::optional);
}

TEST(AptSources, says_when_the_release_is_unknown) {
  const auto selected =
      select_sources(known({{"http://m.example/", "sid", {"main"}}}), {.release = "trixie"});
  ASSERT_FALSE(selected);
  EXPECT_NE(selected.error().message.find("'trixie'"), std::string::npos);
}

TEST(AptSources, of_another_release_are_told) {
  const auto selected = select_sources(known({{"http://m.example/", "trixie", {"main"}},
                                              {"http://n.example/", "nodistro", {"main"}}}),
                                       {.release = "trixie"});
  ASSERT_TRUE(selected);
  EXPECT_EQ(selected->archives.size(), 1U);
  ASSERT_EQ(selected->unusable.size(), 1U);
  EXPECT_EQ(selected->unusable[0].message,
            "source 'http://n.example/ nodistro' is not used: it is no archive of 'trixie'");
}

TEST(AptSources, are_written_with_what_apt_believes_there) {
  EXPECT_EQ(render_sources({{"http://m.example/",
                             "trixie",
                             {"main"},
                             {{"signed-by", "/a /b"}, {"trusted", "yes"}}}}),
            "deb [signed-by=/a,/b trusted=yes] http://m.example/ trixie main\n");
}

TEST(AptSources, that_are_published_are_debians_own_whatever_the_build_used) {
  const std::vector<AptSource> used = {
      {"http://inside.example/debian/", "trixie", {"main", "contrib"}, {{"trusted", "yes"}}}};
  EXPECT_EQ(render_sources(published_sources({}, used)),
            "deb http://deb.debian.org/debian/ trixie main contrib\n"
            "deb http://deb.debian.org/debian/ trixie-updates main contrib\n"
            "deb http://security.debian.org/debian-security/ trixie-security main contrib\n");
}

TEST(AptSources, that_are_published_are_those_of_the_specifications_mirror) {
  spec::ClusterSpec spec{.release = "trixie", .mirror = "http://near.example/debian"};
  std::vector<AptSource> used = {{"http://near.example/debian/", "trixie", {"main"}}};
  const std::string rest = "deb http://security.debian.org/debian-security/ trixie-security main\n";
  const std::string main = "deb http://near.example/debian/ trixie main\n";
  EXPECT_EQ(render_sources(published_sources(spec, used)), main + rest);
  used.push_back({"http://near.example/debian/", "trixie-updates", {"main"}});
  EXPECT_EQ(render_sources(published_sources(spec, used)),
            main + "deb http://near.example/debian/ trixie-updates main\n" + rest);
}

}  // namespace
}  // namespace muster::iso
