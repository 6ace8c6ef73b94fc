#pragma once
// What a machine says of itself while it boots and while it runs: the bodies of /node/v1/stage and
// /node/v1/report (docs/reference/node-protocol.md), for both sides of the protocol.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "provisioning/hardware.h"

namespace muster::provisioning {

/// How far a boot is, told by the machine itself.
struct StageReport {
  std::string stage;
  int progress = 0;
  /// Not empty: the stage failed for this reason; the machine tries again.
  std::string failure;
  /// The last lines of its console, when it failed.
  std::vector<std::string> console = {};
  bool operator==(const StageReport&) const = default;
};

/// What a running node says of itself.
struct NodeReport {
  std::string stage;
  /// Empty: all is well.
  std::string failure;
  /// Of the plan that it holds.
  std::string generation;
  std::vector<std::string> console = {};
  /// The switch port it hangs on, when it heard one.
  std::optional<LldpNeighbour> neighbour = {};
  /// What of the plan was no longer so and was put right, a sentence each.
  std::vector<std::string> drift = {};
  /// What the plan does not have any more and is still there, with the reason, a sentence each.
  std::vector<std::string> kept = {};
  /// Its accelerators with their drivers and device files; none: nothing to tell yet.
  std::optional<std::vector<Accelerator>> accelerators = {};
  /// How many more were told that are not among them (parse_accelerators).
  std::uint32_t accelerators_left_out = 0;
  bool operator==(const NodeReport&) const = default;
};

}  // namespace muster::provisioning
