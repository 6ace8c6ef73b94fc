#include "core/os/file_part.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <vector>

#include "core/crypto/hash.h"
#include "core/os/files.h"

namespace muster::os {
namespace {

class FileParts : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(write_file(file(), "head|first|gap|second|tail")); }
  std::filesystem::path file() const { return directory_.path() / "image"; }

  const std::vector<FilePart> parts_ = {{.offset = 5, .size = 5}, {.offset = 15, .size = 6}};

 private:
  TemporaryDirectory directory_ = TemporaryDirectory::make().value();
};

TEST_F(FileParts, are_read_and_hashed_one_after_the_other) {
  EXPECT_EQ(read_parts(file(), parts_), "firstsecond");
  EXPECT_EQ(sha256_parts(file(), parts_), crypto::sha256("firstsecond"));
  EXPECT_EQ(read_parts(file(), {}), "");
}

TEST_F(FileParts, larger_than_a_piece_are_whole) {
  std::string content(3'000'000, 'a');
  content[2'500'000] = 'b';
  ASSERT_TRUE(write_file(file(), content));
  const std::vector<FilePart> all = {{.offset = 1, .size = content.size() - 1}};
  EXPECT_EQ(sha256_parts(file(), all), crypto::sha256(content.substr(1)));
}

TEST_F(FileParts, behind_the_end_are_an_error_that_names_the_file) {
  const std::vector<FilePart> beyond = {{.offset = 20, .size = 7}};
  const auto read = read_parts(file(), beyond);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "'" + file().string() + "' ends before byte 27");
  EXPECT_FALSE(sha256_parts(file(), beyond));
  EXPECT_FALSE(read_parts(file().string() + "x", parts_));
}

TEST_F(FileParts, are_read_as_far_as_the_file_has_them) {
  EXPECT_EQ(size_of(file()), 26U);
  EXPECT_EQ(read_as_far_as_there(file(), {.offset = 22, .size = 2}), "ta");
  EXPECT_EQ(read_as_far_as_there(file(), {.offset = 22, .size = 9}), "tail");
  EXPECT_EQ(read_as_far_as_there(file(), {.offset = 99, .size = 9}), "");
}

TEST_F(FileParts, are_written_over_in_place) {
  ASSERT_TRUE(overwrite(file(), 5, "FIRST"));
  EXPECT_EQ(read_file(file()), "head|FIRST|gap|second|tail");
  EXPECT_FALSE(overwrite(file().string() + "-none", 0, "x"));
}

// Opening it must not wait for somebody who writes.
TEST_F(FileParts, are_none_of_a_pipe) {
  const std::string pipe = file().string() + "-pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(size_of(pipe));
  EXPECT_FALSE(read_as_far_as_there(pipe, {.size = 4}));
}

}  // namespace
}  // namespace muster::os
