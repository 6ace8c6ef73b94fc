#include "lab/lab_memory.h"

#include <gtest/gtest.h>

namespace muster::lab {
namespace {

LabView two_machines() {
  LabView view{.plan = *plan_lab({.name = "blue", .iso = "/x.iso", .nodes = 1}), .state = {}};
  view.state.machines = {
      {.name = "head", .power = Power::on, .process = os::ProcessId{.pid = 7, .start_time = 1}},
      {.name = "n1"}};
  return view;
}

Bytes nothing(const os::ProcessId&) { return {}; }

TEST(LabMemory, what_a_guest_has_not_touched_is_promised_all_the_same) {
  const LabView view = two_machines();
  EXPECT_EQ(unclaimed_memory(view, nothing), host_memory(view.plan));
  const Bytes left = unclaimed_memory(view, [](const os::ProcessId& process) {
    EXPECT_EQ(process.pid, 7);
    return Bytes::from_mib(1000);
  });
  EXPECT_EQ(left.mib(), host_memory(view.plan).mib() - 1000);
}

TEST(LabMemory, an_emulator_that_has_more_than_it_was_promised_takes_nothing_of_another) {
  const LabView view = two_machines();
  const Bytes left =
      unclaimed_memory(view, [](const os::ProcessId&) { return Bytes::from_mib(99'000); });
  EXPECT_EQ(left, host_memory(view.plan.machines.back()));
}

TEST(LabMemory, a_lab_that_is_not_up_is_promised_nothing) {
  LabView view = two_machines();
  for (const Condition condition : {Condition::ended, Condition::lost, Condition::stale}) {
    view.condition = condition;
    EXPECT_EQ(unclaimed_memory(view, nothing), Bytes{});
  }
}

}  // namespace
}  // namespace muster::lab
