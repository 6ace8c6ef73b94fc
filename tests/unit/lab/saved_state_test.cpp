#include "lab/saved_state.h"

#include <gtest/gtest.h>

namespace muster::lab {
namespace {

SavedState example() {
  return {.name = "two",
          .plan = *plan_lab({.name = "blue", .directory = "/states/two", .iso = "/x.iso"}),
          .emulator = "QEMU emulator version 10.0.13",
          .saved_ms = 1'764'000'000'000,
          .running = {"head", "n1"},
          .answering = {"head"}};
}

TEST(SavedState, reads_back_as_written) {
  const auto read = parse_saved_state(render_saved_state(example()));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, example());
}

TEST(SavedState, that_is_damaged_or_newer_is_an_error_and_no_crash) {
  const std::string whole = render_saved_state(example());
  for (std::size_t length = 0; length < whole.size() - 2; length += 7) {
    EXPECT_FALSE(parse_saved_state(std::string_view(whole).substr(0, length)));
  }
  std::string newer = whole;
  // The last one is the state's own; the plan in it has another.
  newer.replace(newer.rfind("\"schema\": 1"), 11, "\"schema\": 9");
  EXPECT_EQ(parse_saved_state(newer).error().kind, ErrorKind::conflict);
}

TEST(SavedState, gives_a_lab_its_machines_under_another_name) {
  const LabPlan plan = plan_of(example(), "green", "/labs/green", 1'764'000'090'000);
  EXPECT_EQ(plan.lag_ms, 90'000) << "its clocks go on where they were";
  EXPECT_EQ(plan.name, "green");
  EXPECT_EQ(plan.directory, "/labs/green");
  EXPECT_EQ(plan.machines, example().plan.machines);
}

}  // namespace
}  // namespace muster::lab
