#include "core/os/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

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
