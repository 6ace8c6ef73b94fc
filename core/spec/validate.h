#pragma once
// What single fields cannot say: rules between fields. Pure, and independent of any file, so that a
// specification changed by a program is held to the same rules.

#include <string>
#include <vector>

#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// A rule that does not hold. Paths are written like "profiles[0].image".
struct Conflict {
  /// The fields that the rule reads; the first is the one to change.
  std::vector<std::string> paths;
  std::string message;
  std::string hint;

  bool operator==(const Conflict&) const = default;
};

/// Every rule between fields that `spec` breaks.
std::vector<Conflict> validate_cluster(const ClusterSpec& spec);

}  // namespace muster::spec
