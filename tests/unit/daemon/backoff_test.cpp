#include "apps/musterd/backoff.h"

#include <gtest/gtest.h>

namespace muster::daemon {
namespace {

TEST(Backoff, doubles_its_pause_with_each_failure_up_to_the_longest) {
  Backoff pause(1'000, 3'000);
  EXPECT_TRUE(pause.is_due(0));
  pause.failed(100);
  EXPECT_FALSE(pause.is_due(1'099));
  EXPECT_TRUE(pause.is_due(1'100));
  pause.failed(1'100);
  EXPECT_FALSE(pause.is_due(3'099));
  EXPECT_TRUE(pause.is_due(3'100));
  pause.failed(3'100);
  EXPECT_FALSE(pause.is_due(6'099));
  EXPECT_TRUE(pause.is_due(6'100));
}

TEST(Backoff, begins_with_the_shortest_pause_after_a_success) {
  Backoff pause(1'000, 3'000);
  pause.failed(0);
  pause.failed(1'000);
  pause.reset();
  EXPECT_TRUE(pause.is_due(1'001));
  pause.failed(2'000);
  EXPECT_TRUE(pause.is_due(3'000));
}

}  // namespace
}  // namespace muster::daemon
