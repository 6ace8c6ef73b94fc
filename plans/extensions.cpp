// What extensions want of nodes and of the head.

#include "plans/planner.h"

namespace muster::plans {
namespace {

plan::Plan extensions_on_nodes(const ClusterView& view) { return view.extensions_on_nodes; }

plan::Plan extensions_of_profile(const ClusterView& view, const spec::Profile& profile) {
  const auto found = view.extensions_on_profiles.find(profile.name);
  return found == view.extensions_on_profiles.end() ? plan::Plan() : found->second;
}

HeadPlan extensions_on_head(const ClusterView& view) { return {.plan = view.extensions_on_head}; }

/// What each extension owns its grant says (head_rights.h), whatever the specification is.
plan::Owns nothing(const spec::ClusterSpec&) { return {}; }

}  // namespace

extern constinit const Planner kExtensions = {.origin = "extensions",
                                              .owns = nothing,
                                              .head = extensions_on_head,
                                              .any_node = extensions_on_nodes,
                                              .of_profile = extensions_of_profile};

}  // namespace muster::plans
