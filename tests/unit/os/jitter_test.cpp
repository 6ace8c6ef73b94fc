#include "core/os/jitter.h"

#include <gtest/gtest.h>

namespace muster::os {
namespace {

TEST(Jitter, takes_another_part_each_time) {
  const Part one = random_part();
  const Part other = random_part();
  EXPECT_NE(one.of_one, other.of_one);
  EXPECT_GE(one.of_one, 0);
  EXPECT_LE(one.of_one, 1);
}

}  // namespace
}  // namespace muster::os
