#include "iso/inspect/tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/os/files.h"

namespace muster::inspect {
namespace {

/// What unsquashfs 4.6 lists, with each kind of file and each special bit.
constexpr std::string_view kListing =
    "drwxr-xr-x 0/0                  26 2026-11-17 10:10 squashfs-root\n"
    "-rwsr-xr-x 0/42              311512 2026-11-17 10:10 squashfs-root/usr/bin/a b\n"
    "-rwxr-Sr-- 0/7                    0 2026-11-17 10:10 squashfs-root/x\n"
    "drwxrwxrwt 0/0                    3 2026-11-17 10:10 squashfs-root/tmp\n"
    "drwxrwx--T 0/0                    3 2026-11-17 10:10 squashfs-root/crontabs\n"
    "lrwxrwxrwx 1000/1000              7 2026-11-17 10:10 squashfs-root/bin -> usr/bin\n"
    "crw-rw-rw- 0/0               1,  3 2026-11-17 10:10 squashfs-root/dev/null\n"
    "crw-rw-rw- 0/0              10,200 2026-11-17 10:10 squashfs-root/dev/net/tun\n";

TEST(TreeListing, says_of_each_file_what_lstat_would) {
  const auto entries = parse_tree_listing(kListing);
  ASSERT_TRUE(entries) << entries.error().text();
  const std::vector<TreeEntry> expected = {
      {.path = "", .type = 'd', .mode = 0755, .size = 26},
      {.path = "usr/bin/a b", .type = '-', .mode = 04755, .group = 42, .size = 311512},
      {.path = "x", .type = '-', .mode = 02744, .group = 7},
      {.path = "tmp", .type = 'd', .mode = 01777, .size = 3},
      {.path = "crontabs", .type = 'd', .mode = 01770, .size = 3},
      {.path = "bin",
       .type = 'l',
       .mode = 0777,
       .owner = 1000,
       .group = 1000,
       .size = 7,
       .target = "usr/bin"},
      {.path = "dev/null", .type = 'c', .mode = 0666, .size = 3},
      {.path = "dev/net/tun", .type = 'c', .mode = 0666, .size = 200}};
  EXPECT_EQ(*entries, expected);
}

TEST(TreeListing, with_a_line_that_is_none_is_refused) {
  for (const auto* line :
       {"Parallel unsquashfs: Using 2 processors", "-rwxr-xr-x", "-rwxr-xq-x 0/0 1 2026 10:10 a",
        "-rwxr-xr-x 0 1 2026-11-17 10:10 a/b", "-rwxr-xr-x 0/0 x 2026-11-17 10:10 a/b",
        "lrwxrwxrwx 0/0 7 2026-11-17 10:10 a/bin", "-rwxr-xr-x 0/0 1 2026-11-17 10:10"}) {
    EXPECT_FALSE(parse_tree_listing(line)) << line;
  }
}

/// The same small tree as a directory and as a squashfs behind other bytes of a file.
class Trees : public testing::TestWithParam<Tree::Kind> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(os::write_file(folder() / "usr/bin/tool", "tool", {.mode = 0755}));
    ASSERT_EQ(chmod((folder() / "usr/bin/tool").c_str(), 04755), 0);
    ASSERT_TRUE(os::write_file(folder() / "etc/odd [a]*", "odd"));
    ASSERT_TRUE(os::write_symlink(folder() / "bin", "usr/bin"));
    tree_ = {.kind = Tree::Kind::directory, .path = folder()};
    if (GetParam() == Tree::Kind::directory) return;
    const auto file = directory_.path() / "image";
    ASSERT_TRUE(os::run_checked(
        runner_, {.argv = {"mksquashfs", folder().string(), file.string() + ".part", "-quiet"}}));
    ASSERT_TRUE(os::write_file(file, std::string(4096, 'x')));
    ASSERT_TRUE(os::append_file(file, *os::read_file(file.string() + ".part")));
    tree_ = {.kind = Tree::Kind::squashfs, .path = file, .offset = 4096};
  }
  std::filesystem::path folder() const { return directory_.path() / "tree"; }

  TreeEntry entry(const std::string& path) {
    const auto entries = list_tree(runner_, tree_);
    EXPECT_TRUE(entries) << entries.error().text();
    for (const auto& one : entries.value_or(std::vector<TreeEntry>())) {
      if (one.path == path) return one;
    }
    return {.path = "none"};
  }

  os::PosixCommandRunner runner_;
  os::TemporaryDirectory directory_ = os::TemporaryDirectory::make("trees").value();
  Tree tree_;
};

TEST_P(Trees, are_listed_the_same_way) {
  EXPECT_EQ(entry("usr/bin/tool").mode, 04755U);
  EXPECT_EQ(entry("usr/bin/tool").size, 4U);
  EXPECT_EQ(entry("bin").target, "usr/bin");
  EXPECT_EQ(entry("etc").type, 'd');
}

TEST_P(Trees, give_a_file_and_a_folder) {
  EXPECT_EQ(read_tree_file(runner_, tree_, "usr/bin/tool"), "tool");
  EXPECT_FALSE(read_tree_file(runner_, tree_, "usr/bin/none"));
  const auto to = directory_.path() / "unpacked";
  ASSERT_TRUE(os::make_directory(to));
  ASSERT_TRUE(unpack_folder(runner_, tree_, "usr/bin", to));
  EXPECT_EQ(os::read_file(to / "usr/bin/tool"), "tool");
  EXPECT_TRUE(os::is_missing(to / "etc"));
}

// A name is no pattern, and no other file answers for it.
TEST_P(Trees, give_the_file_of_a_name_with_letters_of_patterns) {
  ASSERT_TRUE(os::write_file(folder() / "etc/odd a", "another"));
  EXPECT_EQ(read_tree_file(runner_, tree_, "etc/odd [a]*"), "odd");
}

INSTANTIATE_TEST_SUITE_P(OfBothKinds, Trees,
                         testing::Values(Tree::Kind::directory, Tree::Kind::squashfs),
                         [](const auto& of) {
                           return of.param == Tree::Kind::directory ? "directory" : "squashfs";
                         });

}  // namespace
}  // namespace muster::inspect
