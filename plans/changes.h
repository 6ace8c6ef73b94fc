#pragma once
// What another specification changes on the nodes of a cluster. Pure.

#include <string>
#include <vector>

#include "core/plan/plan.h"
#include "plans/plans.h"

namespace muster::plans {

/// What changes on the nodes of one profile.
struct ProfileChanges {
  std::string profile;
  std::vector<plan::Change> changes;
};

struct NodeChanges {
  /// What changes on every node alike, whatever its profile.
  std::vector<plan::Change> all;
  /// What changes besides on the nodes of a profile: those on whose nodes anything does.
  std::vector<ProfileChanges> by_profile;
};

/// What `to` would change on nodes whose plans are made of `from`, by the profiles of `from`: no
/// node runs as another one. `like` stands for a node; its profile does not matter.
NodeChanges changes_on_nodes(const ClusterView& from, const ClusterView& to,
                             provisioning::Node like);

}  // namespace muster::plans
