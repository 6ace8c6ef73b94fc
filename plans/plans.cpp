#include "plans/plans.h"

#include "core/spec/profiles.h"
#include "head/firewall.h"
#include "plans/planner.h"

namespace muster::plans {

using plan::Plan;
using provisioning::Node;

hpc::SshFacts ssh_facts(const ClusterView& view) {
  return {
      .cluster = view.spec.name, .head = view.spec.head.address, .authority = view.ssh_authority};
}

provisioning::NodeNetwork network_of(const ClusterView& view) {
  return {.interface = view.facts.interface,
          .head = view.spec.head.address,
          .head_name = view.spec.head.hostname,
          .cluster = view.spec.name,
          .unknown_addresses = view.spec.nodes.unknown_addresses,
          .node_addresses = view.spec.nodes.addresses,
          .dhcp = view.dhcp,
          .address_lost_ms = view.address_lost_ms,
          .resolvers = view.facts.resolvers,
          .passage = head::route_of(view.spec, view.facts.external) == spec::Route::none
                         ? provisioning::Passage::closed
                         : provisioning::Passage::open};
}

Plan plan_head_image(const spec::ClusterSpec& spec) {
  Plan plan;
  for (const Planner* const planner : head_planners()) {
    if (planner->head_image != nullptr) plan.append(planner->head_image(spec), planner->origin);
  }
  return plan;
}

Plan plan_node_image(const spec::ClusterSpec& spec) {
  Plan plan;
  for (const Planner* const planner : node_planners()) {
    if (planner->node_image != nullptr) plan.append(planner->node_image(spec), planner->origin);
  }
  return plan;
}

HeadPlan plan_head(const ClusterView& view) {
  HeadPlan whole;
  for (const Planner* const planner : head_planners()) {
    HeadPlan part = planner->head(view);
    whole.plan.append(std::move(part.plan), planner->origin);
    whole.refused.insert(whole.refused.end(), part.refused.begin(), part.refused.end());
    if (part.small_nodes) whole.small_nodes = std::move(part.small_nodes);
  }
  return whole;
}

Plan plan_node_own(const spec::ClusterSpec& spec, const Node& node) {
  Plan plan;
  for (const Planner* const planner : node_planners()) {
    if (planner->node != nullptr) plan.append(planner->node(spec, node), planner->origin);
  }
  return plan;
}

namespace {

Plan plan_any_node(const ClusterView& view) {
  Plan plan;
  for (const Planner* const planner : node_planners()) {
    if (planner->any_node != nullptr) plan.append(planner->any_node(view), planner->origin);
  }
  return plan;
}

Plan plan_profile(const ClusterView& view, const spec::Profile& profile) {
  Plan plan;
  for (const Planner* const planner : node_planners()) {
    if (planner->of_profile == nullptr) continue;
    plan.append(planner->of_profile(view, profile), planner->origin);
  }
  return plan;
}

}  // namespace

SharedPlans plan_shared(const ClusterView& view) {
  SharedPlans shared{.all = plan_any_node(view), .by_profile = {}};
  for (const spec::Profile& profile : view.spec.profiles) {
    shared.by_profile.emplace(profile.name, plan_profile(view, profile));
  }
  return shared;
}

const spec::Profile& profile_of(const spec::ClusterSpec& spec, const Node& node) {
  return spec::profile_of(spec, node.running_profile());
}

Plan plan_node(const ClusterView& view, const Node& node) {
  Plan plan = plan_node_own(view.spec, node);
  plan.append(plan_any_node(view));
  plan.append(plan_profile(view, profile_of(view.spec, node)));
  return plan;
}

}  // namespace muster::plans
