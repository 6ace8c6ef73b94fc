#include "control/clock_watch.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

TEST(ClockWatch, tells_a_step_until_it_is_followed) {
  ClockWatch watch(1'000'000, 0);
  EXPECT_EQ(watch.moved_ms(1'000'500, 500), 0);
  EXPECT_EQ(watch.moved_ms(91'001'000, 1'000), 90'000'000);
  EXPECT_EQ(watch.moved_ms(91'001'000, 1'000), 90'000'000);
  watch.follow(90'000'000);
  EXPECT_EQ(watch.moved_ms(91'001'500, 1'500), 0);
}

TEST(ClockWatch, tells_small_corrections_when_they_add_up) {
  ClockWatch watch(1'000'000, 0);
  EXPECT_EQ(watch.moved_ms(1'000'700, 2'000), 0) << "1.3 s";
  EXPECT_EQ(watch.moved_ms(1'000'200, 2'500), -2'300) << "2.3 s together";
}

TEST(ClockWatch, its_time_does_not_jump_with_the_clock_of_people) {
  ClockWatch watch(1'000'000, 0);
  EXPECT_EQ(watch.now_ms(500), 1'000'500);
  EXPECT_EQ(watch.moved_ms(91'001'000, 1'000), 90'000'000);
  EXPECT_EQ(watch.now_ms(1'000), 1'001'000);
  watch.follow(90'000'000);
  EXPECT_EQ(watch.now_ms(1'000), 91'001'000);
}

}  // namespace
}  // namespace muster::control
