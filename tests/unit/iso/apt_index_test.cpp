#include "iso/apt_index.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "tests/unit/iso/machine.h"

namespace muster::iso {
namespace {

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

/// An archive whose every file is what the test says; apt asks for each.
class Mirror : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    commands.push_back(command.argv);
    if (command.argv[0] == "/usr/lib/apt/apt-helper") {
      const auto& address = command.argv[command.argv.size() - 2];
      if (address.contains("-updates")) return os::CommandResult{.status = 100, .err = helper};
      return os::CommandResult{};
    }
    for (const auto& argument : command.argv) {
      static constexpr std::string_view kLists = "-oDir::State::lists=";
      if (!argument.starts_with(kLists)) continue;
      for (const auto& [name, text] : lists) {
        TRY(os::write_file(std::filesystem::path(argument.substr(kLists.size())) / name, text));
      }
    }
    return os::CommandResult{};
  }

  std::map<std::string, std::string> lists;
  std::string helper = "Err:1 http://m.example/ trixie-updates InRelease\n  404  Not Found\n";
  std::vector<std::vector<std::string>> commands;
};

std::string release_of(const std::string& origin, const std::string& date) {
  return "Origin: " + origin + "\nDate: " + date + "\nSHA256:\n 01 1 main/binary-amd64/Packages\n";
}

class ReadAptIndex : public testing::Test {
 protected:
  Result<AptIndex> read(AptSources sources) {
    return read_apt_index(mirror, scratch.path(), std::move(sources));
  }

  os::TemporaryDirectory scratch = os::TemporaryDirectory::make().value();
  Mirror mirror;
  AptSource main = {"http://m.example/", "trixie", {"main"}};
  AptSource updates = {.uri = "http://m.example/",
                       .suite = "trixie-updates",
                       .components = {"main"},
                       .presence = AptSource::Presence::optional};
};

TEST_F(ReadAptIndex, takes_the_older_release_file_where_there_is_no_other) {
  mirror.lists["m.example_dists_trixie_Release"] =
      release_of("Us", "Sat, 06 Sep 2025 08:09:10 UTC");
  const auto index = read({.archives = {main}});
  ASSERT_TRUE(index) << index.error().text();
  EXPECT_EQ(index->epoch, 1757146150);
}

TEST_F(ReadAptIndex, leaves_out_a_suite_that_a_mirror_lacks_and_says_so) {
  mirror.lists["m.example_dists_trixie_InRelease"] =
      release_of("Debian", "Sat, 06 Sep 2025 08:09:10 UTC");
  const auto index = read({.archives = {main, updates}});
  ASSERT_TRUE(index) << index.error().text();
  EXPECT_EQ(index->sources, std::vector<AptSource>{main});
  ASSERT_EQ(index->unusable.size(), 1U);
  EXPECT_EQ(index->unusable[0].message,
            "'http://m.example/' has no 'trixie-updates'; the build goes on without");
}

TEST_F(ReadAptIndex, keeps_a_suite_of_which_a_mirror_does_not_say_that_it_lacks_it) {
  mirror.helper = "Err:1 http://m.example/ trixie-updates InRelease\n  Connection timed out\n";
  for (const auto* name : {"trixie", "trixie-updates"}) {
    mirror.lists[std::format("m.example_dists_{}_InRelease", name)] =
        release_of("Debian", "Sat, 06 Sep 2025 08:09:10 UTC");
  }
  const auto index = read({.archives = {main, updates}});
  ASSERT_TRUE(index) << index.error().text();
  EXPECT_EQ(index->sources.size(), 2U);
}

TEST_F(ReadAptIndex, dates_files_by_debians_release_and_not_by_anothers) {
  mirror.lists["m.example_dists_trixie_InRelease"] =
      release_of("Site", "Sat, 06 Sep 2025 08:09:10 UTC");
  mirror.lists["d.example_dists_trixie_InRelease"] =
      release_of("Debian", "Sat, 06 Sep 2025 08:09:11 UTC");
  const auto index = read({.archives = {main, {"http://d.example/", "trixie", {"main"}}}});
  ASSERT_TRUE(index) << index.error().text();
  EXPECT_EQ(index->epoch, 1757146151);
}

TEST_F(ReadAptIndex, says_of_which_time_the_newest_archive_is) {
  mirror.lists["m.example_dists_trixie_InRelease"] =
      release_of("Debian", "Sat, 06 Sep 2025 08:09:10 UTC");
  mirror.lists["d.example_dists_trixie_InRelease"] =
      release_of("Debian", "Sat, 06 Sep 2025 09:09:10 UTC");
  const auto index = read({.archives = {main, {"http://d.example/", "trixie", {"main"}}}});
  ASSERT_TRUE(index) << index.error().text();
  EXPECT_EQ(index->newest, 1757149750);
}

TEST_F(ReadAptIndex, shows_passwords_to_apt_and_to_nobody_else) {
  mirror.lists["m.example_dists_trixie_InRelease"] =
      release_of("Debian", "Sat, 06 Sep 2025 08:09:10 UTC");
  const auto index =
      read({.archives = {main}, .logins = "machine http://m.example/ login u password hush\n"});
  ASSERT_TRUE(index) << index.error().text();
  EXPECT_EQ(std::filesystem::status(index->logins).permissions(), std::filesystem::perms(0600));
  EXPECT_NE(os::read_file(index->logins).value().find("hush"), std::string::npos);
  EXPECT_EQ(os::read_file(scratch.path() / "sources.list").value().find("hush"), std::string::npos);
  for (const auto& argv : mirror.commands) {
    for (const auto& word : argv) EXPECT_EQ(word.find("hush"), std::string::npos) << word;
  }
}

TEST_F(ReadAptIndex, gives_apt_a_file_for_a_key_that_stands_in_the_sources) {
  mirror.lists["m.example_dists_trixie_InRelease"] =
      release_of("Site", "Sat, 06 Sep 2025 08:09:10 UTC");
  main.options["signed-by"] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n";
  const auto index = read({.archives = {main}});
  ASSERT_TRUE(index) << index.error().text();
  const auto& file = index->sources[0].options.at("signed-by");
  EXPECT_TRUE(file.starts_with(scratch.path().string()) && file.ends_with(".asc")) << file;
  EXPECT_TRUE(os::read_file(file).value().starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"));
}

TEST(AptRelease, reads_date_and_hashes) {
  const auto release = parse_release(
      "Origin: Debian\nDate: Sat, 06 Sep 2025 08:09:10 UTC\nMD5Sum:\n aa 1 main/x\n"
      "SHA256:\n 0123 42 main/binary-amd64/Packages\n ff 7 contrib/y\nOther: z\n ee 1 no\n");
  ASSERT_TRUE(release);
  EXPECT_EQ(release->date, 1757146150);
  EXPECT_EQ(release->origin, "Debian");
  EXPECT_EQ(release->sha256.size(), 2U);
  EXPECT_EQ(release->sha256.at("main/binary-amd64/Packages"), "0123");
}

TEST(AptRelease, refuses_what_is_no_release_file) {
  EXPECT_FALSE(parse_release("<html>proxy error</html>"));
  EXPECT_FALSE(parse_release("Date: yesterday\nSHA256:\n a 1 b\n"));
}

TEST(AptRelease, names_the_list_as_apt_does) {
  EXPECT_EQ(list_name({"http://m.example/debian/", "trixie-updates", {}}, "InRelease"),
            "m.example_debian_dists_trixie-updates_InRelease");
  EXPECT_EQ(list_name({"http://m.example/debian/", "trixie", {}}, "Release"),
            "m.example_debian_dists_trixie_Release");
  // As apt 3.0 named them when it was asked.
  for (const auto& [uri, name] : std::vector<std::pair<std::string, std::string>>{
           {"http://127.0.0.1:18080/debian_mirror/", "127.0.0.1:18080_debian%5fmirror_"},
           {"http://127.0.0.1/auth@x/", "127.0.0.1_auth%40x_"},
           {"http://[::1]:80/~me/a=b/d!e/", "::1:80_%7eme_a%3db_d%21e_"},
           {"http://LocalHost/up//s;&b*c(d)+e,f/", "LocalHost_up__s;%26b%2ac(d)+e,f_"},
           {"http://h/x:y/[v]/", "h_x:y_%5bv%5d_"}}) {
    EXPECT_EQ(list_name({uri, "trixie", {}}, "InRelease"), name + "dists_trixie_InRelease");
  }
}

}  // namespace
}  // namespace muster::iso
