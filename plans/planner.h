#pragma once
// What a room contributes to the plans of the cluster's machines. A planner is one row of the table
// in planners.cpp.

#include <span>
#include <string_view>

#include "core/plan/owns.h"
#include "plans/plans.h"

namespace muster::plans {

/// Pure functions. Those in the head's table have `owns` and `head`; of the others each is empty
/// where the room has nothing for such a machine.
struct Planner {
  /// plan::Step::origin of its steps: a word for people, such as "storage".
  std::string_view origin;
  /// What its steps on the head may be about. Its steps on nodes have no such bounds, as nodes
  /// believe the head; but no two planners may plan the same thing (plan::check_owners).
  plan::Owns (*owns)(const spec::ClusterSpec& spec) = nullptr;
  /// What the system on the medium has that the head starts from, and every image of nodes: steps
  /// that are made true while the ISO is built, in a system that does not run.
  plan::Plan (*head_image)(const spec::ClusterSpec& spec) = nullptr;
  plan::Plan (*node_image)(const spec::ClusterSpec& spec) = nullptr;
  HeadPlan (*head)(const ClusterView& view) = nullptr;
  /// What every node has. It does not depend on `view.nodes`, and is made once for all nodes.
  plan::Plan (*any_node)(const ClusterView& view) = nullptr;
  /// What the nodes of one profile of `view.spec` have besides. It does not depend on `view.nodes`,
  /// and is made once for each profile.
  plan::Plan (*of_profile)(const ClusterView& view, const spec::Profile& profile) = nullptr;
  /// What one node has for itself, as its name. It depends on no more of the node than
  /// its name, its address, when it returned and its host key: plans are named by those.
  plan::Plan (*node)(const spec::ClusterSpec& spec, const provisioning::Node& node) = nullptr;
};

/// All planners, in the order of their steps. A node's plan has what is its own first, then what
/// all nodes have, then what those of its profile have.
std::span<const Planner* const> head_planners();
std::span<const Planner* const> node_planners();

}  // namespace muster::plans
