#include "extensions/packed_path.h"

#include <gtest/gtest.h>

#include "extensions/limits.h"

namespace muster::extensions {
namespace {

using Kind = PackedPaths::Kind;

TEST(PackedPath, is_relative_and_in_its_only_spelling) {
  for (const std::string path :
       {"a", "hooks/configure", "a/b.c/d-e_f+g=h@i,j~k%l", ".hidden", "..."}) {
    EXPECT_TRUE(check_packed_path(path)) << path;
  }
  for (const std::string path :
       {"",     "/",   "/etc/passwd", "a/",   "a//b",  ".", "..",  "./a", "a/./b", "a/../b",
        "a/..", "a b", "a\\b",        "a\nb", "a\x01", "ä", "a:b", "a*",  "\"",    "a\x7f"}) {
    EXPECT_FALSE(check_packed_path(path)) << path;
  }
  EXPECT_FALSE(check_packed_path(std::string("a\0b", 3)));
}

TEST(PackedPath, has_a_length_and_a_depth) {
  EXPECT_TRUE(check_packed_path(std::string(kLongestName, 'a')));
  EXPECT_FALSE(check_packed_path(std::string(kLongestName + 1, 'a')));
  std::string deep = "a";
  for (std::size_t i = 1; i < kDeepestPath; ++i) deep += "/a";
  EXPECT_TRUE(check_packed_path(deep));
  EXPECT_FALSE(check_packed_path(deep + "/a"));
  EXPECT_FALSE(check_packed_path(std::string(99, 'a') + "/" + std::string(99, 'b') + "/" +
                                 std::string(99, 'c')));
}

TEST(PackedPaths, takes_each_path_once_whatever_its_case) {
  PackedPaths paths;
  EXPECT_TRUE(paths.add("hooks/configure", Kind::file));
  EXPECT_FALSE(paths.add("hooks/configure", Kind::file));
  EXPECT_FALSE(paths.add("hooks/CONFIGURE", Kind::file));
  EXPECT_FALSE(paths.add("Hooks/other", Kind::file));
  EXPECT_TRUE(paths.add("hooks", Kind::directory)) << "named after what is in it";
  EXPECT_FALSE(paths.add("hooks", Kind::directory));
  EXPECT_FALSE(paths.add("HOOKS", Kind::directory));
  EXPECT_TRUE(paths.add("hooks/other", Kind::file));
}

TEST(PackedPaths, makes_no_directory_of_a_file) {
  PackedPaths paths;
  EXPECT_TRUE(paths.add("a", Kind::file));
  EXPECT_FALSE(paths.add("a/b", Kind::file));
  EXPECT_FALSE(paths.add("A/b/c", Kind::directory));
  EXPECT_FALSE(paths.add("a", Kind::directory));
  EXPECT_TRUE(paths.add("d/e", Kind::file));
  EXPECT_FALSE(paths.add("d", Kind::file));
}

TEST(PackedPaths, are_a_bounded_number) {
  PackedPaths paths;
  for (std::size_t i = 0; i < kMostEntries; ++i) {
    ASSERT_TRUE(paths.add(std::format("f{}", i), Kind::file));
  }
  EXPECT_FALSE(paths.add("one-more", Kind::file));
}

}  // namespace
}  // namespace muster::extensions
