// Which rooms contribute, in which order.

#include <array>

#include "plans/planner.h"

namespace muster::plans {

std::span<const Planner* const> head_planners() {
  // People's homes lie on what storage mounts.
  static constexpr std::array kPlanners = {&kNames,  &kRegion, &kBoot, &kStorage,
                                           &kPeople, &kSsh,    &kJobs};
  return kPlanners;
}

std::span<const Planner* const> node_planners() {
  // A node that waits for a file system lets root in.
  static constexpr std::array kPlanners = {&kNames, &kRegion, &kPeople, &kSsh, &kStorage, &kJobs};
  return kPlanners;
}

}  // namespace muster::plans
