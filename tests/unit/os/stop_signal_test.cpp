#include "core/os/stop_signal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <thread>
#include <unistd.h>

namespace muster::os {
namespace {

using namespace std::chrono_literals;

/// Longer than any test may take.
constexpr auto kLong = 1h;

TEST(StopSignal, somebody_ends_a_wait_that_goes_on_and_the_next_one) {
  const StopSignal stop;
  stop.wake();
  EXPECT_FALSE(stop.wait_for(kLong)) << "it is not to stop";
  const std::jthread waker([&stop] { stop.wake(); });
  EXPECT_FALSE(stop.wait_for(kLong));
  EXPECT_FALSE(stop.wait_for(1ms)) << "each wake ends one wait";
}

TEST(StopSignal, who_is_to_stop_begins_nothing_more_because_somebody_woke_it) {
  const StopSignal stop;
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  stop.wake();
  EXPECT_TRUE(stop.wait_for(kLong));
}

}  // namespace
}  // namespace muster::os
