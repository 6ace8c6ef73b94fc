#include "iso/apt_index.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "tests/unit/iso/machine.h"

namespace muster::iso {
namespace {

TEST(AptSources, reads_one_line_files) {
  const auto sources = parse_sources(
      "# comment\n"
      "deb [signed-by=/k arch=amd64] http://m.example/debian trixie main contrib\n"
      "deb-src http://m.example/debian trixie main\n"
      "deb http://s.example/debian-security/ trixie-security main # why\n");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0], (AptSource{"http://m.example/debian/", "trixie", {"main", "contrib"}}));
  EXPECT_EQ(sources[1],
            (AptSource{"http://s.example/debian-security/", "trixie-security", {"main"}}));
}

TEST(AptSources, reads_deb822_files) {
  const auto sources = parse_deb822_sources(
      "Types: deb deb-src\nURIs: http://m.example/debian\nSuites: trixie trixie-updates\n"
      "Components: main\n\nTypes: deb-src\nURIs: http://x.example/\nSuites: trixie\nComponents: "
      "main\n");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[1].suite, "trixie-updates");
  EXPECT_EQ(sources[1].uri, "http://m.example/debian/");
}

TEST(AptSources, passes_over_what_is_not_enabled) {
  const auto stanza = [](const std::string& enabled) {
    return "Types: deb\nURIs: http://m.example/debian\nSuites: trixie\nComponents: "
           "main\nEnabled: " +
           enabled + "\n";
  };
  EXPECT_TRUE(parse_deb822_sources(stanza("no")).empty());
  EXPECT_TRUE(parse_deb822_sources(stanza("False")).empty());
  EXPECT_EQ(parse_deb822_sources(stanza("yes")).size(), 1U);
}

TEST(AptSources, reads_fields_of_several_lines) {
  const auto sources = parse_deb822_sources(
      "Types: deb\nURIs:\n http://m.example/debian\nSuites: trixie\n trixie-updates\n"
      "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n Suites: no\n");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[1], (AptSource{"http://m.example/debian/", "trixie-updates", {"main"}}));
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
  const auto sources = read_sources(scratch->path());
  ASSERT_TRUE(sources) << sources.error().text();
  ASSERT_EQ(sources->size(), 2U);
  EXPECT_EQ((*sources)[0].uri, "http://one/");
  EXPECT_EQ((*sources)[1].uri, "http://two/");
}

TEST(AptSources, a_mirror_of_the_specification_replaces_all_but_security) {
  spec::ClusterSpec spec{.release = "trixie", .mirror = "http://near.example/debian"};
  const auto selected = select_sources({{"http://s.example/", "trixie-security", {"main"}},
                                        {"http://m.example/", "trixie", {"main"}},
                                        {"http://m.example/", "bookworm", {"main"}}},
                                       spec);
  ASSERT_TRUE(selected);
  ASSERT_EQ(selected->size(), 2U);
  EXPECT_EQ((*selected)[0].uri, "http://near.example/debian/");
  EXPECT_EQ((*selected)[1].uri, "http://s.example/");
}

TEST(AptSources, says_when_the_release_is_unknown) {
  const auto selected =
      select_sources({{"http://m.example/", "sid", {"main"}}}, {.release = "trixie"});
  ASSERT_FALSE(selected);
  EXPECT_NE(selected.error().message.find("'trixie'"), std::string::npos);
}

TEST(AptSources, an_archive_on_a_disk_of_this_machine_is_no_archive_for_a_layer) {
  const auto selected = select_sources(
      {{"cdrom:[Debian]/", "trixie", {"main"}}, {"file:/srv/d/", "trixie", {"main"}}},
      {.release = "trixie"});
  ASSERT_FALSE(selected);
  EXPECT_NE(selected.error().message.find("http://"), std::string::npos);
}

TEST(AptArchives, only_downloads_of_ours_are_dropped) {
  Programs programs;
  AptIndex index{.lists = "/cache/apt/lists", .archives = "/cache/apt/archives"};
  ASSERT_TRUE(drop_old_archives(programs, index));
  ASSERT_EQ(programs.commands.size(), 1U);
  const auto& words = programs.commands.front();
  EXPECT_EQ(words[2], "autoclean");
  for (const auto* word :
       {"-oDir::Cache::archives=/cache/apt/archives", "-oDir::State::lists=/cache/apt/lists",
        "-oDir::Etc::sourcelist=/cache/apt/sources.list", "-oDir::Etc::sourceparts=-"}) {
    EXPECT_TRUE(std::ranges::contains(words, word)) << word;
  }
}

TEST(AptRelease, reads_date_and_hashes) {
  const auto release = parse_release(
      "Origin: Debian\nDate: Sat, 06 Sep 2025 08:09:10 UTC\nMD5Sum:\n aa 1 main/x\n"
      "SHA256:\n 0123 42 main/binary-amd64/Packages\n ff 7 contrib/y\nOther: z\n ee 1 no\n");
  ASSERT_TRUE(release);
  EXPECT_EQ(release->date, 1757146150);
  EXPECT_EQ(release->sha256.size(), 2U);
  EXPECT_EQ(release->sha256.at("main/binary-amd64/Packages"), "0123");
}

TEST(AptRelease, refuses_what_is_no_release_file) {
  EXPECT_FALSE(parse_release("<html>proxy error</html>"));
  EXPECT_FALSE(parse_release("Date: yesterday\nSHA256:\n a 1 b\n"));
}

TEST(AptRelease, names_the_list_as_apt_does) {
  EXPECT_EQ(inrelease_name({"http://m.example/debian/", "trixie-updates", {}}),
            "m.example_debian_dists_trixie-updates_InRelease");
  // As apt 3.0 named them when it was asked.
  for (const auto& [uri, name] : std::vector<std::pair<std::string, std::string>>{
           {"http://127.0.0.1:18080/debian_mirror/", "127.0.0.1:18080_debian%5fmirror_"},
           {"http://u:p@127.0.0.1/auth@x/", "127.0.0.1_auth%40x_"},
           {"http://[::1]:80/~me/a=b/d!e/", "::1:80_%7eme_a%3db_d%21e_"},
           {"http://LocalHost/up//s;&b*c(d)+e,f/", "LocalHost_up__s;%26b%2ac(d)+e,f_"},
           {"http://h/x:y/[v]/", "h_x:y_%5bv%5d_"}}) {
    EXPECT_EQ(inrelease_name({uri, "trixie", {}}), name + "dists_trixie_InRelease");
  }
}

}  // namespace
}  // namespace muster::iso
