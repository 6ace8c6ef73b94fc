#pragma once
// What the scheduler says of the cluster's nodes, beside what they say themselves: a node that is
// ready takes no jobs when Slurm has drained it.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "control/problem.h"
#include "hpc/scheduler_nodes.h"
#include "provisioning/node.h"

namespace muster::control {

using SchedulerNodes = std::map<std::string, hpc::SchedulerNode, std::less<>>;

/// What the helper wrote down last; empty when the scheduler does not answer, or when nobody wrote
/// it down for a minute.
SchedulerNodes read_scheduler(const std::filesystem::path& file = hpc::kSchedulerNodes);

/// What it says of one node; without a state when it does not know the node.
hpc::SchedulerNode said_of(const provisioning::Node& node, const SchedulerNodes& scheduler);

/// How many nodes take jobs, and how many are in each state (docs/reference/api.md, /v1/status);
/// null when it does not answer.
nlohmann::json summary_json(const SchedulerNodes& nodes);

/// Nodes that are ready and that Slurm keeps from the jobs, one problem for each state and kind of
/// reason. A node that became ready a moment ago is not down yet. Pure.
std::vector<Problem> taken_out_nodes(std::span<const provisioning::Node> nodes,
                                     const SchedulerNodes& scheduler, std::int64_t now_ms);

}  // namespace muster::control
