#include "apps/plans/plans.h"

#include <format>

#include "hpc/hpc_plan.h"

namespace muster::plans {
namespace {

using plan::Plan;
using plan::Service;
using plan::WriteFile;
using provisioning::Node;

constexpr const char* kKeys = "/etc/muster/ssh-keys";

hpc::SlurmSettings slurm_settings(const ClusterView& view) {
  return {.cluster_name = view.spec.name,
          .head_name = view.spec.head.hostname,
          .head_address = view.spec.head.address.address,
          .partition = view.spec.hpc.partition,
          .time_limit = view.spec.hpc.time_limit};
}

hpc::ClusterFacts hpc_facts(const ClusterView& view) {
  return {.head = view.spec.head.address, .slurm_key = view.slurm_key};
}

std::vector<hpc::NodeHardware> slurm_nodes(std::span<const Node> nodes) {
  std::vector<hpc::NodeHardware> result;
  for (const Node& node : nodes) {
    if (node.name.empty()) continue;
    result.push_back({.name = node.name,
                      .address = node.address,
                      .sockets = node.hardware.sockets,
                      .cores_per_socket = node.hardware.cores_per_socket,
                      .threads_per_core = node.hardware.threads_per_core,
                      .memory = node.hardware.memory});
  }
  return result;
}

Plan plan_head_network(const ClusterView& view) {
  const std::string dnsmasq = view.state_directory + "/dnsmasq";
  const std::string tls = view.state_directory + "/tls";
  provisioning::HttpSite site{.head = view.spec.head.address.address,
                              .medium = view.facts.medium,
                              .boot_directory = view.boot_directory,
                              .node_socket = view.node_socket,
                              .certificate = tls + "/head.crt",
                              .key = tls + "/head.key",
                              .ca = tls + "/ca.crt"};
  site.files = {view.image.kernel.path, view.image.initrd.path};
  for (const auto& layer : view.image.layers) site.files.push_back(layer.path);
  Plan plan;
  plan.add(
      WriteFile{.path = "/etc/muster/nginx.conf", .content = provisioning::render_nginx(site)});
  plan.add(
      WriteFile{.path = "/etc/muster/dnsmasq.conf",
                .content = provisioning::render_dnsmasq(wire_of(view), dnsmasq + "/hosts",
                                                        dnsmasq + "/names", view.boot_directory)});
  plan.add(Service{.unit = "muster-nginx.service",
                   .on_change = Service::OnChange::reload,
                   .watches = {"/etc/muster/nginx.conf"}});
  plan.add(Service{.unit = "muster-dnsmasq.service", .watches = {"/etc/muster/dnsmasq.conf"}});
  return plan;
}

/// The cluster's accounts, and a server that reads their keys.
Plan plan_accounts(const ClusterView& view, hpc::Machine machine) {
  Plan plan = hpc::plan_users(view.users, machine);
  plan.add(Service{.unit = "ssh.service",
                   .on_change = Service::OnChange::restart,
                   .watches = {"/etc/ssh/sshd_config.d/50-muster-keys.conf"}});
  return plan;
}

Plan plan_head_storage(const ClusterView& view) {
  Plan plan;
  if (view.facts.live && !view.facts.home_kept) {
    // overlayfs cannot be exported by NFS; a file system of its own can.
    plan.add(
        plan::MountFileSystem{.source = "muster-home",
                              .target = "/home",
                              .type = "tmpfs",
                              .options = std::format("size={},mode=0755", view.facts.home_size)});
  }
  const std::string network = std::format("{}/{}", to_string(view.spec.head.address.network()),
                                          view.spec.head.address.prefix);
  // fsid=0 makes /home the root of what NFS 4 shows: without it the server would have to export the
  // root file system above it, which on a live head is an overlay (exports(5)).
  plan.add(WriteFile{
      .path = "/etc/exports.d/muster.exports",
      .content = std::format("/home {}(rw,sync,no_subtree_check,root_squash,fsid=0)\n", network)});
  plan.add(Service{.unit = "nfs-server.service",
                   .on_change = Service::OnChange::reload,
                   .watches = {"/etc/exports.d/muster.exports"}});
  return plan;
}

}  // namespace

provisioning::Wire wire_of(const ClusterView& view) {
  return {.interface = view.facts.interface,
          .head = view.spec.head.address,
          .head_name = view.spec.head.hostname,
          .cluster = view.spec.name,
          .unknown_addresses = view.spec.nodes.unknown_addresses,
          .node_addresses = view.spec.nodes.addresses,
          .dhcp = view.dhcp,
          .address_lost_ms = view.address_lost_ms};
}

HeadPlan plan_head(const ClusterView& view) {
  const std::string address = to_string(view.spec.head.address.address);
  Plan plan;
  plan.add(plan::SetHostname{.name = view.spec.head.hostname});
  plan.add(WriteFile{.path = "/etc/hosts",
                     .content = std::format("127.0.0.1 localhost\n{0} {1}.{2} {1}\n", address,
                                            view.spec.head.hostname, view.spec.name)});
  plan.add(
      WriteFile{.path = "/etc/resolv.conf",
                .content = std::format("search {}\nnameserver {}\n", view.spec.name, address)});
  plan.append(plan_head_network(view));
  plan.append(plan_head_storage(view));
  plan.append(plan_accounts(view, hpc::Machine::head));
  hpc::HeadPlan jobs =
      hpc::plan_head(hpc_facts(view), slurm_settings(view), slurm_nodes(view.nodes));
  plan.append(std::move(jobs.plan));
  return {.plan = std::move(plan), .refused = std::move(jobs.refused)};
}

Plan plan_node(const ClusterView& view, const Node& node) {
  const Ipv4Address head = view.spec.head.address.address;
  const std::string address = to_string(head);
  Plan plan;
  plan.add(plan::SetHostname{.name = node.name});
  plan.add(
      WriteFile{.path = "/etc/hosts",
                .content = std::format("127.0.0.1 localhost\n{0} {1}.{3} {1}\n{2} {4}.{3} {4}\n",
                                       address, view.spec.head.hostname, to_string(node.address),
                                       view.spec.name, node.name)});
  plan.add(
      WriteFile{.path = "/etc/resolv.conf",
                .content = std::format("search {}\nnameserver {}\n", view.spec.name, address)});
  plan.append(plan_accounts(view, hpc::Machine::node));
  std::string keys;
  for (const std::string& key : view.spec.head.ssh_keys) keys += key + "\n";
  plan.add(WriteFile{.path = std::format("{}/root", kKeys), .content = keys});
  plan.add(plan::MountFileSystem{.source = address + ":/",
                                 .target = "/home",
                                 .type = "nfs4",
                                 .options = "vers=4.2,hard,noatime"});
  const std::vector<std::string> mounts = {"/home"};
  plan.append(hpc::plan_node(hpc_facts(view), node.name, mounts));
  return plan;
}

}  // namespace muster::plans
