// Accounts of the cluster's people.

#include "plans/planner.h"

namespace muster::plans {
namespace {

plan::Owns people_owns(const spec::ClusterSpec&) { return hpc::owns_of_people(); }

HeadPlan people_on_head(const ClusterView& view) {
  return {.plan = hpc::plan_users(view.users, hpc::Machine::head)};
}

plan::Plan people_on_nodes(const ClusterView& view) {
  return hpc::plan_users(view.users, hpc::Machine::node);
}

}  // namespace

extern constinit const Planner kPeople = {
    .origin = "people", .owns = people_owns, .head = people_on_head, .any_node = people_on_nodes};

}  // namespace muster::plans
