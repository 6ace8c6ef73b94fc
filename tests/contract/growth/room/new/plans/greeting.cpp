// A text that people see when they log in to the head or to a node.

#include "greetings/greeting.h"

#include "plans/planner.h"

namespace muster::plans {
namespace {

constexpr const char* kGreeting = "/etc/motd";

plan::WriteFile greeting(const spec::ClusterSpec& spec) {
  return {.path = kGreeting, .content = greetings::greet(spec)};
}

plan::Owns greeting_owns(const spec::ClusterSpec&) { return {.files = {kGreeting}}; }

HeadPlan greeting_on_head(const ClusterView& view) {
  return {.plan = {.steps = {greeting(view.spec)}}};
}

plan::Plan greeting_on_nodes(const ClusterView& view) { return {.steps = {greeting(view.spec)}}; }

}  // namespace

extern constinit const Planner kGreetings = {.origin = "greeting",
                                             .owns = greeting_owns,
                                             .head = greeting_on_head,
                                             .any_node = greeting_on_nodes};

}  // namespace muster::plans
