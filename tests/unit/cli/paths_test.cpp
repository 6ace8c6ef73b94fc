#include "apps/muster/paths.h"

#include <gtest/gtest.h>

#include "apps/muster/commands.h"

namespace muster::cli {
namespace {

class PathsTest : public testing::Test {
 protected:
  PathsTest() {
    add_iso(app_, session_);
    add_lab(app_, session_);
    add_user(app_, session_);
  }

  std::vector<PathWord> found(const std::vector<std::string>& words) const {
    return find_paths(app_, words);
  }

  CLI::App app_{"Muster", "muster"};
  Session session_;
};

constexpr auto kFileWord = PathWord::Kind::file;
constexpr auto kDirectoryWord = PathWord::Kind::directory;

TEST_F(PathsTest, are_found_in_every_way_of_writing_them) {
  using Paths = std::vector<PathWord>;
  const Paths wanted = {{kFileWord, "/a/x.yaml"}, {kFileWord, "/b/x.iso"}};
  EXPECT_EQ(found({"iso", "build", "/a/x.yaml", "-o", "/b/x.iso"}), wanted);
  EXPECT_EQ(found({"iso", "build", "/a/x.yaml", "-o/b/x.iso"}), wanted);
  EXPECT_EQ(found({"iso", "build", "/a/x.yaml", "--output", "/b/x.iso", "--json"}), wanted);
  EXPECT_EQ(found({"iso", "build", "/a/x.yaml", "--output=/b/x.iso"}), wanted);
  EXPECT_EQ(found({"iso", "build", "--", "/a/x.yaml"}),
            (Paths{{kFileWord, "/a/x.yaml"}, {kFileWord, "build/muster-amd64.iso"}}));
}

TEST_F(PathsTest, have_the_defaults_of_what_is_not_named) {
  EXPECT_EQ(
      found({"iso", "build"}),
      (std::vector<PathWord>{{kFileWord, "cluster.yaml"}, {kFileWord, "build/muster-amd64.iso"}}));
  EXPECT_EQ(
      found({"iso", "verify", "--file", "s.yaml", "--cache", "/c"}),
      (std::vector<PathWord>{
          {kFileWord, "s.yaml"}, {kDirectoryWord, "/c"}, {kFileWord, "build/muster-amd64.iso"}}));
}

TEST_F(PathsTest, are_no_words_of_other_kinds) {
  EXPECT_EQ(found({"lab", "exec", "head", "--", "cat", "/etc/passwd"}), std::vector<PathWord>());
  EXPECT_EQ(found({"lab", "run", "/usr/bin/ping", "/x"}), std::vector<PathWord>());
  EXPECT_EQ(found({"user", "add", "ada", "--full-name", "/a", "--ssh-key-file", "/k/ada.pub"}),
            (std::vector<PathWord>{{kFileWord, "/k/ada.pub"}}));
}

}  // namespace
}  // namespace muster::cli
