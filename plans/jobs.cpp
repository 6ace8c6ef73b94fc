// The scheduler, MPI and the clock.

#include <algorithm>
#include <format>

#include "hpc/hpc_plan.h"
#include "plans/planner.h"
#include "storage/volumes.h"

namespace muster::plans {
namespace {

using provisioning::Node;

hpc::SlurmSettings slurm_settings(const ClusterView& view) {
  return {.cluster_name = view.spec.name,
          .head_name = view.spec.head.hostname,
          .head_address = view.spec.head.address.address,
          .partition = view.spec.hpc.partition,
          .time_limit = view.spec.hpc.time_limit,
          .others = view.extensions_in_scheduler};
}

hpc::ClusterFacts hpc_facts(const ClusterView& view) {
  // A server with a system of its own has its own sources of time.
  const bool live = view.facts.live;
  return {.head = view.spec.head.address,
          .slurm_key = view.slurm_key,
          .time_servers = live ? view.spec.head.external.ntp : std::vector<std::string>()};
}

/// How much memory the root of a node takes, by the name of the image that its profile boots. Of
/// several with that name the largest: nodes take one after the other while jobs go on, and each
/// change would make the scheduler read all nodes anew.
Bytes root_of(const ClusterView& view, const spec::Profile& booted) {
  Bytes largest;
  for (const provisioning::KeptImage& kept : view.images) {
    if (kept.image.name == booted.image) largest = std::max(largest, kept.image.size());
  }
  return largest;
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
    const std::string& runs = node.running_profile();
    result.push_back({.name = node.name,
                      .address = node.address,
                      .feature = runs,
                      .sockets = topology->sockets,
                      .cores_per_socket = topology->cores_per_socket,
                      .threads_per_core = topology->threads_per_core,
                      .memory = *memory,
                      .root = root_of(view, profile_of(view.spec, node)),
                      .gpus = gpus_of(view, node.hardware)});
  }
  return result;
}

plan::Owns jobs_owns(const spec::ClusterSpec&) { return hpc::owns_on_head(); }

HeadPlan jobs_on_head(const ClusterView& view) {
  std::vector<Error> refused;
  hpc::HeadPlan jobs =
      hpc::plan_head(hpc_facts(view), slurm_settings(view), slurm_nodes(view, refused));
  refused.insert(refused.end(), jobs.refused.begin(), jobs.refused.end());
  return {.plan = std::move(jobs.plan),
          .refused = std::move(refused),
          .small_nodes = std::move(jobs.small_nodes)};
}

plan::Plan jobs_on_nodes(const ClusterView& view, const spec::Profile& profile) {
  return hpc::plan_node(hpc_facts(view), storage::mounts_of_node(view.spec, profile));
}

plan::Plan jobs_of_node(const spec::ClusterSpec& spec, const Node& node) {
  return hpc::plan_node_own(spec.head.address.address, node.name, node.returned_ms);
}

}  // namespace

extern constinit const Planner kJobs = {.origin = "jobs",
                                        .owns = jobs_owns,
                                        .head = jobs_on_head,
                                        .of_profile = jobs_on_nodes,
                                        .node = jobs_of_node};

}  // namespace muster::plans
