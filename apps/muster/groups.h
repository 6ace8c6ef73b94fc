#pragma once
// The groups of nodes as the head has them now.

#include <string>
#include <vector>

#include "core/base/node_set.h"
#include "core/base/result.h"

namespace muster::cli {

struct NodeGroup {
  /// "rack1", "ready", "*".
  std::string name;
  /// Those of its nodes that are there: a group may name nodes that are still to come, and commands
  /// are about those that are.
  NodeSet nodes;
};

/// Asks the head's daemon. Errors: as call_head.
Result<std::vector<NodeGroup>> ask_groups();

/// The group of this name. Errors: there is none, with those that there are.
Result<NodeSet> find_group(const std::vector<NodeGroup>& groups, std::string_view name);

}  // namespace muster::cli
