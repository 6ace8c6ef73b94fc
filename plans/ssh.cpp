// Who logs in where.

#include <format>

#include "core/base/text.h"
#include "plans/planner.h"

namespace muster::plans {
namespace {

using plan::Plan;
using plan::WriteFile;
using provisioning::Node;

plan::Service server() {
  return {.unit = hpc::kSshServer,
          .on_change = plan::Service::OnChange::restart,
          .watches = {hpc::kSshServerSettings, hpc::kHostCertificate}};
}

plan::Owns ssh_owns(const spec::ClusterSpec&) { return hpc::owns_of_ssh(); }

Plan ssh_in_head_image(const spec::ClusterSpec& spec) {
  if (spec.head.ssh_keys.empty()) return {};
  Plan plan;
  plan.add(plan::MakeDirectory{.path = "/root/.ssh", .mode = 0700});
  plan.add(WriteFile{.path = "/root/.ssh/authorized_keys",
                     .content = join(spec.head.ssh_keys, "\n") + "\n",
                     .mode = 0600});
  return plan;
}

HeadPlan ssh_on_head(const ClusterView& view) {
  Plan plan = hpc::plan_ssh_client(ssh_facts(view), view.facts.root_key);
  plan.append(hpc::plan_head_ssh(view.head_ssh_certificate));
  plan.add(server());
  return {.plan = std::move(plan)};
}

Plan ssh_on_nodes(const ClusterView& view) {
  Plan plan = hpc::plan_ssh_client(ssh_facts(view));
  plan.append(hpc::plan_node_ssh());
  plan.add(server());
  std::string keys;
  for (const std::string& key : view.spec.head.ssh_keys) keys += key + "\n";
  keys += hpc::render_root_access(view.spec.head.address.address, view.facts.root_key);
  plan.add(WriteFile{.path = std::format("{}/root", hpc::kKeyDirectory), .content = keys});
  return plan;
}

Plan ssh_of_node(const spec::ClusterSpec&, const Node& node) {
  Plan plan;
  if (!node.ssh_certificate.empty()) {
    plan.add(WriteFile{.path = hpc::kHostCertificate, .content = node.ssh_certificate});
  }
  return plan;
}

}  // namespace

extern constinit const Planner kSsh = {.origin = "ssh",
                                       .owns = ssh_owns,
                                       .head_image = ssh_in_head_image,
                                       .head = ssh_on_head,
                                       .any_node = ssh_on_nodes,
                                       .node = ssh_of_node};

}  // namespace muster::plans
