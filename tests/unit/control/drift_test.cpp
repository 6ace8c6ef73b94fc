#include "control/drift.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

constexpr std::int64_t kMinute = 60'000;

TEST(Drift, what_was_put_right_is_remembered_for_an_hour) {
  Drift drift;
  drift.note("write /etc/hosts", 0);
  drift.note("start chrony.service", kMinute);
  drift.note("write /etc/hosts", 2 * kMinute);
  EXPECT_EQ(drift.recent(3 * kMinute),
            (std::vector<Drift::Entry>{{"start chrony.service", 1, kMinute},
                                       {"write /etc/hosts", 2, 2 * kMinute}}));
  EXPECT_EQ(drift.recent(61 * kMinute),
            (std::vector<Drift::Entry>{{"write /etc/hosts", 1, 2 * kMinute}}));
  EXPECT_TRUE(drift.recent(63 * kMinute).empty());
}

TEST(Drift, only_what_changes_again_and_again_is_a_problem) {
  Drift drift;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(drift.problems(i * kMinute).empty());
    drift.note("write /etc/resolv.conf (47 B)", i * kMinute);
  }
  const auto problems = drift.problems(3 * kMinute);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].what,
            "something else keeps changing what Muster sets: 'write /etc/resolv.conf (47 B)' was "
            "needed 3 times within an hour");
  EXPECT_TRUE(problems[0].next_step.contains("DHCP client"));
}

TEST(Drift, every_step_has_a_next_step) {
  EXPECT_TRUE(drift_hint("run slurmctld.service").contains("systemctl mask"));
  EXPECT_TRUE(drift_hint("write /etc/muster/nginx.conf").contains("journalctl"));
}

}  // namespace
}  // namespace muster::control
