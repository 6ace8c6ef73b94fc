#pragma once
// What another specification changes on the nodes of a cluster. Pure.

#include <set>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/plan/plan.h"
#include "plans/plans.h"

namespace muster::plans {

/// What changes on the nodes of one profile.
struct ProfileChanges {
  std::string profile;
  std::vector<plan::Change> changes;
};

/// [{"profile": "…", "changes": […]}], as people see them (plan::to_view).
nlohmann::json to_view(std::span<const ProfileChanges> lists);

struct NodeChanges {
  /// What changes on every node alike, whatever its profile.
  std::vector<plan::Change> all;
  /// What changes besides on the nodes of a profile: those on whose nodes anything does.
  std::vector<ProfileChanges> by_profile;
};

/// What `to` would change on nodes whose plans are made of `from`: on those that run as one of the
/// profiles of `from`, and on those of `running`, which `from` may have no more. `like` stands for
/// a node; its profile does not matter.
NodeChanges changes_on_nodes(const ClusterView& from, const ClusterView& to,
                             const provisioning::Node& like, const std::set<std::string>& running);

}  // namespace muster::plans
