#include "core/base/backoff.h"

#include <gtest/gtest.h>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr Part kNothing{0};
constexpr Part kAll{1};

TEST(Backoff, doubles_the_pause_up_to_the_longest) {
  const Backoff backoff{.first = 1s, .longest = 30s};
  EXPECT_EQ(backoff.after(0, kAll), 1s);
  EXPECT_EQ(backoff.after(1, kNothing), 1s);
  EXPECT_EQ(backoff.after(2, kNothing), 2s);
  EXPECT_EQ(backoff.after(5, kNothing), 16s);
  EXPECT_EQ(backoff.after(6, kNothing), 30s);
  EXPECT_EQ(backoff.after(1'000'000, kNothing), 30s);
}

TEST(Backoff, adds_at_most_half_at_random) {
  const Backoff backoff{.first = 10s, .longest = 30s};
  EXPECT_EQ(backoff.after(1, kAll), 15s);
  EXPECT_EQ(backoff.after(3, kAll), 45s);
  EXPECT_EQ(backoff.after(1, Part{0.5}), 12500ms);
}

constexpr std::chrono::steady_clock::time_point kNow{};

TEST(Retry, is_due_after_a_pause_that_grows_with_each_failure) {
  Retry retry({.first = 1s, .longest = 30s});
  EXPECT_TRUE(retry.is_due(kNow));
  retry.fail(kNow, kNothing);
  EXPECT_FALSE(retry.is_due(kNow + 999ms));
  EXPECT_TRUE(retry.is_due(kNow + 1s));
  retry.fail(kNow + 1s, kAll);
  EXPECT_FALSE(retry.is_due(kNow + 3999ms));
  EXPECT_TRUE(retry.is_due(kNow + 4s));
}

TEST(Retry, starts_anew_when_it_is_reset) {
  Retry retry({.first = 1s, .longest = 30s});
  for (int i = 0; i < 10; ++i) retry.fail(kNow, kNothing);
  retry.reset();
  EXPECT_TRUE(retry.is_due(kNow));
  retry.fail(kNow, kNothing);
  EXPECT_TRUE(retry.is_due(kNow + 1s));
}

TEST(Retry, doubles_its_pause_with_each_failure_up_to_the_longest) {
  Retry pause({.first = 1s, .longest = 3s});
  EXPECT_TRUE(pause.is_due(std::int64_t{0}));
  pause.fail(std::int64_t{100});
  EXPECT_FALSE(pause.is_due(std::int64_t{1'099}));
  EXPECT_TRUE(pause.is_due(std::int64_t{1'100}));
  pause.fail(std::int64_t{1'100});
  EXPECT_FALSE(pause.is_due(std::int64_t{3'099}));
  EXPECT_TRUE(pause.is_due(std::int64_t{3'100}));
  pause.fail(std::int64_t{3'100});
  EXPECT_FALSE(pause.is_due(std::int64_t{6'099}));
  EXPECT_TRUE(pause.is_due(std::int64_t{6'100}));
}

TEST(Retry, begins_with_the_shortest_pause_after_a_success) {
  Retry pause({.first = 1s, .longest = 3s});
  pause.fail(std::int64_t{0});
  pause.fail(std::int64_t{1'000});
  pause.reset();
  EXPECT_TRUE(pause.is_due(std::int64_t{1'001}));
  pause.fail(std::int64_t{2'000});
  EXPECT_TRUE(pause.is_due(std::int64_t{3'000}));
}

}  // namespace
}  // namespace muster
