#include "apps/plans/plans.h"

#include <algorithm>
#include <format>
#include <set>

#include "apps/plans/storage.h"
#include "core/spec/volumes.h"
#include "hpc/hpc_plan.h"
#include "provisioning/head/firewall.h"

namespace muster::plans {
namespace {

using plan::Plan;
using plan::Service;
using plan::WriteFile;
using provisioning::Node;

// Who wants a step, in words for people.
constexpr std::string_view kNames = "names";
constexpr std::string_view kBoot = "boot";
constexpr std::string_view kStorage = "storage";
constexpr std::string_view kPeople = "people";
constexpr std::string_view kSsh = "ssh";
constexpr std::string_view kJobs = "jobs";

hpc::SlurmSettings slurm_settings(const ClusterView& view) {
  return {.cluster_name = view.spec.name,
          .head_name = view.spec.head.hostname,
          .head_address = view.spec.head.address.address,
          .partition = view.spec.hpc.partition,
          .time_limit = view.spec.hpc.time_limit};
}

hpc::ClusterFacts hpc_facts(const ClusterView& view) {
  // A server with a system of its own has its own sources of time.
  const bool live = view.facts.live;
  return {.head = view.spec.head.address,
          .slurm_key = view.slurm_key,
          .time_servers = live ? view.spec.head.external.ntp : std::vector<std::string>()};
}

/// How much memory the root of a node takes, by the image that it booted.
Bytes root_of(const ClusterView& view, std::string_view profile) {
  const auto known = std::ranges::find(view.spec.profiles, profile, &spec::Profile::name);
  const spec::Profile& booted =
      known == view.spec.profiles.end() ? view.spec.profiles.front() : *known;
  const auto image = std::ranges::find(view.images, booted.image, &provisioning::Image::name);
  return image == view.images.end() ? Bytes{} : image->size();
}

/// The cards that jobs can be given now.
std::vector<hpc::Gpu> gpus_of(const ClusterView& view, const provisioning::Hardware& hardware) {
  std::vector<hpc::Gpu> gpus;
  for (const provisioning::Accelerator& card : hardware.accelerators) {
    auto file = provisioning::device_for_jobs(card);
    if (file) gpus.push_back({.type = view.names.type_of(card), .file = std::move(*file)});
  }
  std::ranges::sort(gpus);
  return gpus;
}

/// One that enrolled, and whose report lacks what the scheduler must know.
Error unknown_hardware(const Node& node) {
  const char* const lacks = node.hardware.topology ? "memory" : "processors";
  return {.message = std::format("the scheduler does not know '{}': its {} could not be read",
                                 node.name, lacks),
          .hint = std::format(
              "start the machine again; 'muster node why {}' shows what it reported", node.name)};
}

/// Adds the nodes that the scheduler cannot take to `refused`, with the reason.
std::vector<hpc::NodeHardware> slurm_nodes(const ClusterView& view, std::vector<Error>& refused) {
  std::vector<hpc::NodeHardware> result;
  for (const Node& node : view.nodes) {
    // One without an address waits for the one that another server gives it.
    if (node.name.empty() || node.address.value == 0) continue;
    // One that never enrolled: what a machine says of itself before is anybody's word.
    if (node.certificate_serial.empty()) continue;
    const auto& topology = node.hardware.topology;
    const auto& memory = node.hardware.memory;
    if (!topology || !memory) {
      refused.push_back(unknown_hardware(node));
      continue;
    }
    // What runs on it, not what it is to boot next.
    const std::string& runs = node.booted_profile.empty() ? node.profile : node.booted_profile;
    result.push_back({.name = node.name,
                      .address = node.address,
                      .feature = runs,
                      .sockets = topology->sockets,
                      .cores_per_socket = topology->cores_per_socket,
                      .threads_per_core = topology->threads_per_core,
                      .memory = *memory,
                      .root = root_of(view, runs),
                      .gpus = gpus_of(view, node.hardware)});
  }
  return result;
}

/// What nodes fetch, each file once: the images share a kernel and their lowest layers.
std::vector<std::string> files_of(const ClusterView& view) {
  std::set<std::string> files;
  for (const provisioning::MicrocodeFile& microcode : view.microcode) {
    files.insert(microcode.file.path);
  }
  for (const provisioning::Image& image : view.images) {
    files.insert({image.kernel.path, image.initrd.path});
    for (const auto& layer : image.layers) files.insert(layer.path);
  }
  return {files.begin(), files.end()};
}

Plan plan_head_network(const ClusterView& view) {
  const std::string dnsmasq = view.state_directory + "/dnsmasq";
  const std::string tls = view.state_directory + "/tls";
  provisioning::HttpSite site{.head = view.spec.head.address.address,
                              .medium = view.facts.medium,
                              .boot_directory = view.boot_directory,
                              .node_socket = view.node_socket,
                              .certificate = tls + "/head.pem",
                              .key = tls + "/head.pem",
                              .ca = tls + "/ca.crt"};
  site.files = files_of(view);
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

/// The cluster's accounts, and who logs in where.
Plan plan_accounts(const ClusterView& view, hpc::Machine machine) {
  const bool is_head = machine == hpc::Machine::head;
  Plan ssh = hpc::plan_ssh_client(ssh_facts(view), is_head ? view.facts.root_key : "");
  ssh.append(is_head ? hpc::plan_head_ssh(view.head_ssh_certificate) : hpc::plan_node_ssh());
  ssh.add(Service{.unit = "ssh.service",
                  .on_change = Service::OnChange::restart,
                  .watches = {hpc::kSshServerSettings, hpc::kHostCertificate}});
  Plan plan;
  plan.append(hpc::plan_users(view.users, machine), kPeople);
  plan.append(std::move(ssh), kSsh);
  return plan;
}

}  // namespace

hpc::SshFacts ssh_facts(const ClusterView& view) {
  return {
      .cluster = view.spec.name, .head = view.spec.head.address, .authority = view.ssh_authority};
}

provisioning::Wire wire_of(const ClusterView& view) {
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

HeadPlan plan_head(const ClusterView& view) {
  const std::string address = to_string(view.spec.head.address.address);
  Plan names;
  names.add(plan::SetHostname{.name = view.spec.head.hostname});
  names.add(WriteFile{.path = "/etc/hosts",
                      .content = std::format("127.0.0.1 localhost\n{0} {1}.{2} {1}\n", address,
                                             view.spec.head.hostname, view.spec.name)});
  names.add(
      WriteFile{.path = "/etc/resolv.conf",
                .content = std::format("search {}\nnameserver {}\n", view.spec.name, address)});
  Plan plan;
  plan.append(std::move(names), kNames);
  plan.append(plan_head_network(view), kBoot);
  plan.append(plan_head_storage(view.spec, view.facts), kStorage);
  plan.append(plan_accounts(view, hpc::Machine::head));
  std::vector<Error> refused;
  hpc::HeadPlan jobs =
      hpc::plan_head(hpc_facts(view), slurm_settings(view), slurm_nodes(view, refused));
  plan.append(std::move(jobs.plan), kJobs);
  refused.insert(refused.end(), jobs.refused.begin(), jobs.refused.end());
  return {.plan = std::move(plan),
          .refused = std::move(refused),
          .small_nodes = std::move(jobs.small_nodes)};
}

Plan plan_node_own(const spec::ClusterSpec& spec, const Node& node) {
  const Ipv4Address head = spec.head.address.address;
  Plan names;
  names.add(plan::SetHostname{.name = node.name});
  names.add(WriteFile{
      .path = "/etc/hosts",
      .content =
          std::format("127.0.0.1 localhost\n{0} {1}.{3} {1}\n{2} {4}.{3} {4}\n", to_string(head),
                      spec.head.hostname, to_string(node.address), spec.name, node.name)});
  Plan ssh;
  if (!node.ssh_certificate.empty()) {
    ssh.add(WriteFile{.path = hpc::kHostCertificate, .content = node.ssh_certificate});
  }
  Plan plan;
  plan.append(std::move(names), kNames);
  plan.append(std::move(ssh), kSsh);
  plan.append(hpc::plan_node_own(head, node.name, node.returned_ms), kJobs);
  return plan;
}

Plan plan_any_node(const ClusterView& view) {
  Plan names;
  names.add(WriteFile{.path = "/etc/resolv.conf",
                      .content = std::format("search {}\nnameserver {}\n", view.spec.name,
                                             to_string(view.spec.head.address.address))});
  Plan plan;
  plan.append(std::move(names), kNames);
  plan.append(plan_accounts(view, hpc::Machine::node));
  std::string keys;
  for (const std::string& key : view.spec.head.ssh_keys) keys += key + "\n";
  keys += hpc::render_root_access(view.spec.head.address.address, view.facts.root_key);
  Plan root;
  root.add(WriteFile{.path = std::format("{}/root", hpc::kKeyDirectory), .content = keys});
  plan.append(std::move(root), kSsh);
  plan.append(plan_node_storage(view.spec), kStorage);
  plan.append(hpc::plan_node(hpc_facts(view), spec::shared_mounts(view.spec)), kJobs);
  return plan;
}

Plan plan_node(const ClusterView& view, const Node& node) {
  Plan plan = plan_node_own(view.spec, node);
  plan.append(plan_any_node(view));
  return plan;
}

}  // namespace muster::plans
