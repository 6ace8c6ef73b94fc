#pragma once
// What the API tells of nodes (docs/reference/api.md), as JSON text and values. Pure.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "hpc/scheduler_nodes.h"
#include "provisioning/node.h"
#include "provisioning/pci_names.h"

namespace muster::api {

/// How much a list tells of each node.
enum class Detail {
  /// What everybody looks at.
  brief,
  /// What the machine is made of as well.
  wide,
};

/// What only the head knows of a node.
struct NodeContext {
  /// NodePlans::is_held_by.
  bool holds_plan = false;
  /// The name of the image that it booted; empty: none yet.
  std::string image = {};
  /// Boots::is_outdated
  bool outdated = false;
  /// The operation for which its jobs are to end before it goes down; empty: none.
  std::string draining = {};
  /// What Slurm says of it.
  hpc::SchedulerNode scheduler = {};
  /// When it was heard last, in milliseconds since 1970; 0: never.
  std::int64_t seen_ms = 0;
  const provisioning::PciNames& names;
};

/// One element of /v1/nodes. Text, because a list has ten thousand of them and is asked for every
/// second.
std::string summary_json(const provisioning::Node& node, const NodeContext& context, Detail detail);

/// All that is known of a node: its document, with names and types of its accelerators.
nlohmann::json node_json(const provisioning::Node& node, const NodeContext& context);

}  // namespace muster::api
