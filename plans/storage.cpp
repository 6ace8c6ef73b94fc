// What head and nodes share: /home and the volumes of the specification.

#include "plans/planner.h"
#include "storage/volumes.h"

namespace muster::plans {
namespace {

HeadPlan storage_on_head(const ClusterView& view) {
  return {.plan = storage::plan_head(view.spec, storage_facts(view.facts))};
}

plan::Plan storage_on_nodes(const ClusterView& view, const spec::Profile& profile) {
  return storage::plan_node(view.spec, profile);
}

}  // namespace

storage::HeadFacts storage_facts(const head::Facts& facts) {
  return {.live = facts.live, .kept = facts.kept, .size_in_memory = facts.volume_size};
}

extern constinit const Planner kStorage = {.origin = "storage",
                                           .owns = storage::owns_on_head,
                                           .head_image = storage::plan_head_image,
                                           .head = storage_on_head,
                                           .of_profile = storage_on_nodes};

}  // namespace muster::plans
