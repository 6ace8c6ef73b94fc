// Names of the machines, and where they are asked for.

#include <format>

#include "plans/planner.h"

namespace muster::plans {
namespace {

using plan::Plan;
using plan::WriteFile;
using provisioning::Node;

constexpr const char* kHosts = "/etc/hosts";
constexpr const char* kResolver = "/etc/resolv.conf";

WriteFile resolver(const spec::ClusterSpec& spec) {
  return {.path = kResolver,
          .content = std::format("search {}\nnameserver {}\n", spec.name,
                                 to_string(spec.head.address.address))};
}

plan::Owns names_owns(const spec::ClusterSpec&) {
  return {.files = {kHosts, kResolver}, .host_name = true};
}

/// Of a head that does not know its cluster yet.
Plan names_in_head_image(const spec::ClusterSpec& spec) {
  Plan plan;
  plan.add(plan::SetHostname{.name = spec.head.hostname});
  plan.add(
      WriteFile{.path = kHosts,
                .content = std::format(
                    "127.0.0.1 localhost\n127.0.1.1 {}\n::1 localhost ip6-localhost ip6-loopback\n",
                    spec.head.hostname)});
  return plan;
}

HeadPlan names_on_head(const ClusterView& view) {
  const std::string address = to_string(view.spec.head.address.address);
  Plan plan;
  plan.add(plan::SetHostname{.name = view.spec.head.hostname});
  plan.add(WriteFile{.path = kHosts,
                     .content = std::format("127.0.0.1 localhost\n{0} {1}.{2} {1}\n", address,
                                            view.spec.head.hostname, view.spec.name)});
  plan.add(resolver(view.spec));
  return {.plan = std::move(plan)};
}

Plan names_on_nodes(const ClusterView& view) { return {.steps = {resolver(view.spec)}}; }

Plan names_of_node(const spec::ClusterSpec& spec, const Node& node) {
  const std::string head = to_string(spec.head.address.address);
  Plan plan;
  plan.add(plan::SetHostname{.name = node.name});
  plan.add(WriteFile{
      .path = kHosts,
      .content = std::format("127.0.0.1 localhost\n{0} {1}.{3} {1}\n{2} {4}.{3} {4}\n", head,
                             spec.head.hostname, to_string(node.address), spec.name, node.name)});
  return plan;
}

}  // namespace

extern constinit const Planner kNames = {.origin = "names",
                                         .owns = names_owns,
                                         .head_image = names_in_head_image,
                                         .head = names_on_head,
                                         .any_node = names_on_nodes,
                                         .node = names_of_node};

}  // namespace muster::plans
