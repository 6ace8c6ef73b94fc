// Which rooms contribute, in which order.

#include <array>

#include "plans/planner.h"

namespace muster::plans {

/// Names of the machines, and where they are asked for.
extern const Planner kNames;
/// Language and time zone.
extern const Planner kRegion;
/// What nodes boot from: DHCP, TFTP and HTTP.
extern const Planner kBoot;
/// File systems that head and nodes share.
extern const Planner kStorage;
/// Accounts of the cluster's people.
extern const Planner kPeople;
/// Who logs in where.
extern const Planner kSsh;
/// The scheduler, MPI and the clock.
extern const Planner kJobs;
/// What others add to Muster.
extern const Planner kExtensions;

std::span<const Planner* const> head_planners() {
  // People's homes lie on what storage mounts.
  // Extensions last: root compares what comes before with its own plan (trusted.h).
  static constexpr std::array kPlanners = {&kNames,  &kRegion, &kBoot, &kStorage,
                                           &kPeople, &kSsh,    &kJobs, &kExtensions};
  return kPlanners;
}

std::span<const Planner* const> node_planners() {
  // A node that waits for a file system lets root in.
  static constexpr std::array kPlanners = {&kNames,   &kRegion, &kPeople,    &kSsh,
                                           &kStorage, &kJobs,   &kExtensions};
  return kPlanners;
}

}  // namespace muster::plans
