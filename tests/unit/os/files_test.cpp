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

}  // namespace
}  // namespace muster::os
