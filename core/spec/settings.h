#pragma once
// What a cluster.yaml changes: the keys whose values are others than those of a file that does not
// write them.

#include <string>
#include <vector>

#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// One such key, and both values in one line for people; a list is shown by its names, or by its
/// length when it is long.
struct Setting {
  std::string key;
  std::string value;
  /// "none" when the key has no default.
  std::string fallback;

  bool operator==(const Setting&) const = default;
};

/// In the order of the field table, without `schema` and `name`. Ranges of addresses are compared
/// with those that the head's own address brings.
std::vector<Setting> own_settings(const ClusterSpec& spec);

}  // namespace muster::spec
