#include "control/pending_writes.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

class PendingWritesTest : public testing::Test {
 protected:
  PendingWrites::Write write(const std::string& value) {
    return [this, value]() -> Status {
      ++attempts_;
      if (disk_is_full_) return fail("no space left");
      written_ = value;
      return {};
    };
  }

  bool disk_is_full_ = true;
  int attempts_ = 0;
  std::string written_;
  PendingWrites pending_;
};

TEST_F(PendingWritesTest, what_the_disk_takes_is_written_once) {
  disk_is_full_ = false;
  pending_.write("the key", write("key"));
  pending_.retry(0);
  EXPECT_EQ(written_, "key");
  EXPECT_EQ(attempts_, 1);
  EXPECT_TRUE(pending_.failures().empty());
}

TEST_F(PendingWritesTest, what_fails_is_told_until_it_was_written) {
  pending_.write("the key", write("key"));
  ASSERT_EQ(pending_.failures().size(), 1U);
  EXPECT_EQ(pending_.failures().front().what, "the key");
  EXPECT_EQ(pending_.failures().front().error.message, "no space left");
  disk_is_full_ = false;
  pending_.retry(0);
  EXPECT_EQ(written_, "key");
  EXPECT_TRUE(pending_.failures().empty());
}

TEST_F(PendingWritesTest, the_pauses_between_attempts_grow) {
  pending_.write("the key", write("key"));
  for (const std::int64_t now : {0, 1, 4'999}) pending_.retry(now);
  EXPECT_EQ(attempts_, 2);
  for (const std::int64_t now : {5'000, 14'999}) pending_.retry(now);
  EXPECT_EQ(attempts_, 3);
  pending_.retry(15'000);
  EXPECT_EQ(attempts_, 4);
}

TEST_F(PendingWritesTest, a_newer_write_of_the_same_thing_takes_the_place_of_the_old_one) {
  pending_.write("the key", write("old"));
  pending_.write("the key", write("new"));
  EXPECT_EQ(pending_.failures().size(), 1U);
  disk_is_full_ = false;
  pending_.retry(0);
  EXPECT_EQ(written_, "new");
  EXPECT_EQ(attempts_, 3);
}

}  // namespace
}  // namespace muster::control
