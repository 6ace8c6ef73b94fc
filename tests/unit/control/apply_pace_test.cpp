#include "control/apply_pace.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

using Cause = ApplyPace::Cause;

TEST(ApplyPace, a_decision_is_due_at_once) {
  ApplyPace pace;
  pace.changed(Cause::nodes, 1000);
  EXPECT_FALSE(pace.is_due(1000));
  pace.changed(Cause::decision, 1000);
  pace.changed(Cause::nodes, 1001);
  EXPECT_TRUE(pace.is_due(1001));
}

TEST(ApplyPace, nodes_wait_for_those_that_come_with_them) {
  ApplyPace pace;
  pace.changed(Cause::nodes, 1000);
  pace.changed(Cause::nodes, 3500);
  EXPECT_FALSE(pace.is_due(4000)) << "3 s after the first, half a second after the last";
  EXPECT_TRUE(pace.is_due(6500));
}

TEST(ApplyPace, no_stream_of_nodes_keeps_the_first_waiting) {
  ApplyPace pace;
  for (std::int64_t now = 1000; now < 16'000; now += 500) {
    pace.changed(Cause::nodes, now);
    EXPECT_FALSE(pace.is_due(now)) << now;
  }
  pace.changed(Cause::nodes, 16'000);
  EXPECT_TRUE(pace.is_due(16'000));
}

TEST(ApplyPace, what_failed_is_due_again_whenever_it_is_asked) {
  ApplyPace pace;
  pace.changed(Cause::nodes, 1000);
  pace.begun();
  EXPECT_TRUE(pace.is_due(1001)) << "how soon it is tried again is decided elsewhere";
}

}  // namespace
}  // namespace muster::control
