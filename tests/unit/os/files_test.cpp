#include "core/os/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace muster::os {
namespace {

class Files : public testing::Test {
 protected:
  std::filesystem::path at(const char* name) const { return place_.path() / name; }
  TemporaryDirectory place_ = TemporaryDirectory::make().value();
};

TEST_F(Files, a_plain_file_is_read_whoever_wrote_it) {
  ASSERT_TRUE(write_file(at("a"), "text"));
  EXPECT_EQ(read_plain_file(at("a")), "text");
  EXPECT_FALSE(read_plain_file(at("a"), 3)) << "larger than it may be";
}

TEST_F(Files, what_stands_in_a_plain_files_place_is_not_opened) {
  ASSERT_TRUE(write_file(at("a"), "text"));
  std::filesystem::create_symlink(at("a"), at("link"));
  EXPECT_FALSE(read_plain_file(at("link")));
  ASSERT_EQ(mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(read_plain_file(at("pipe"))) << "and nobody waits for a writer";
  EXPECT_FALSE(read_plain_file("/dev/null"));
  EXPECT_FALSE(read_plain_file(place_.path()));
  EXPECT_FALSE(read_plain_file(at("nothing")));
}

TEST_F(Files, a_file_that_is_as_it_shall_be_is_not_written_again) {
  ASSERT_TRUE(write_file(at("a"), "text", {.mode = 0640}));
  struct stat before{};
  ASSERT_EQ(stat(at("a").c_str(), &before), 0);
  ASSERT_TRUE(update_file(at("a"), "text", {.mode = 0640}));
  struct stat after{};
  ASSERT_EQ(stat(at("a").c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino) << "each write makes another file";
}

TEST_F(Files, a_file_with_another_content_or_mode_is_updated) {
  ASSERT_TRUE(update_file(at("a"), "text", {.mode = 0640}));
  ASSERT_TRUE(update_file(at("a"), "other", {.mode = 0640}));
  EXPECT_EQ(read_file(at("a")), "other");
  ASSERT_TRUE(update_file(at("a"), "other", {.mode = 0600}));
  struct stat now{};
  ASSERT_EQ(stat(at("a").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777U, 0600U);
}

TEST_F(Files, a_link_is_replaced_and_not_followed) {
  ASSERT_TRUE(write_file(at("target"), "text"));
  std::filesystem::create_symlink(at("target"), at("a"));
  ASSERT_TRUE(update_file(at("a"), "text"));
  EXPECT_FALSE(std::filesystem::is_symlink(at("a")));
}

TEST_F(Files, a_file_that_is_rewritten_keeps_owner_mode_and_attributes_and_its_old_content) {
  ASSERT_TRUE(write_file(at("a"), "old", {.mode = 0640}));
  if (chown(at("a").c_str(), 12, 34) != 0) GTEST_SKIP() << "no right to give files away";
  constexpr const char* kAttribute = "trusted.muster";
  const bool has_attributes = setxattr(at("a").c_str(), kAttribute, "label", 5, 0) == 0;
  ASSERT_TRUE(rewrite_file(at("a"), "new"));
  EXPECT_EQ(read_file(at("a")), "new");
  EXPECT_EQ(read_file(at("a-")), "old");
  for (const char* const name : {"a", "a-"}) {
    struct stat now{};
    ASSERT_EQ(stat(at(name).c_str(), &now), 0);
    EXPECT_EQ(now.st_mode & 07777U, 0640U) << name;
    EXPECT_EQ(now.st_uid, 12U) << name;
    EXPECT_EQ(now.st_gid, 34U) << name;
    std::string label(5, ' ');
    const ssize_t size = getxattr(at(name).c_str(), kAttribute, label.data(), label.size());
    EXPECT_TRUE(!has_attributes || (size == 5 && label == "label")) << name;
  }
}

TEST_F(Files, an_access_list_is_kept_when_a_file_is_rewritten) {
  ASSERT_TRUE(write_file(at("a"), "old", {.mode = 0640}));
  // acl(5) as the kernel has it (include/uapi/linux/posix_acl_xattr.h): version 2, then tag,
  // permissions and number of the owner, user 12, the group, the mask and all others.
  constexpr std::string_view kList(
      "\2\0\0\0"
      "\1\0\6\0\377\377\377\377"
      "\2\0\4\0\14\0\0\0"
      "\4\0\4\0\377\377\377\377"
      "\20\0\4\0\377\377\377\377"
      "\40\0\0\0\377\377\377\377",
      44);
  constexpr const char* kAttribute = "system.posix_acl_access";
  if (setxattr(at("a").c_str(), kAttribute, kList.data(), kList.size(), 0) != 0) {
    GTEST_SKIP() << "no access lists on this file system";
  }
  ASSERT_TRUE(rewrite_file(at("a"), "new"));
  std::string list(kList.size(), ' ');
  EXPECT_EQ(getxattr(at("a").c_str(), kAttribute, list.data(), list.size()), 44);
  EXPECT_EQ(list, kList);
}

TEST_F(Files, a_link_to_a_file_that_is_rewritten_stays_and_only_plain_files_are_rewritten) {
  ASSERT_TRUE(make_directory(at("else")));
  ASSERT_TRUE(write_file(at("else") / "a", "old"));
  std::filesystem::create_symlink("else/a", at("link"));
  ASSERT_TRUE(rewrite_file(at("link"), "new"));
  EXPECT_EQ(std::filesystem::read_symlink(at("link")), "else/a");
  EXPECT_EQ(read_file(at("else") / "a"), "new");
  EXPECT_EQ(read_file(at("link-")), "old");
  std::filesystem::create_symlink("nowhere", at("dangling"));
  EXPECT_FALSE(rewrite_file(at("dangling"), "new"));
  EXPECT_FALSE(rewrite_file(at("nothing"), "new"));
  EXPECT_FALSE(rewrite_file(at("else"), "new"));
  ASSERT_EQ(mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(rewrite_file(at("pipe"), "new")) << "and nobody waits for a writer";
}

TEST_F(Files, a_directory_that_the_disk_does_not_tell_of_is_an_error_and_no_exception) {
  std::filesystem::create_symlink(at("loop"), at("loop"));
  EXPECT_FALSE(make_directory(at("loop") / "below"));
  EXPECT_FALSE(write_file(at("loop") / "file", "text"));
}

TEST_F(Files, only_what_is_known_to_be_absent_is_missing) {
  EXPECT_TRUE(is_missing(at("a")));
  EXPECT_FALSE(is_missing(place_.path()));
  ASSERT_TRUE(write_file(at("a"), ""));
  EXPECT_FALSE(is_missing(at("a")));
  // ENAMETOOLONG: the kernel cannot say whether it is there.
  EXPECT_FALSE(is_missing(at(std::string(300, 'x').c_str())));
}

}  // namespace
}  // namespace muster::os
