#include "control/scheduler.h"

#include <format>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/node_set.h"
#include "core/os/files.h"
#include "hpc/node_drain.h"

namespace muster::control {
namespace {

using provisioning::Node;
using provisioning::NodeState;

/// slurmd registers soon after its node is ready, and the helper asks every 15 s.
constexpr std::int64_t kRegistersMs = 120'000;

/// The helper writes the file anew at each look. One that is older tells how things were.
constexpr std::chrono::minutes kStale{1};

Problem describe(const hpc::SchedulerNode& first, const std::vector<std::string>& names) {
  const std::string which = fold_names(names);
  const bool one = names.size() == 1;
  std::string what = std::format("{} {} {} in Slurm and {} no jobs", which, one ? "is" : "are",
                                 first.state, one ? "takes" : "take");
  if (!first.reason.empty()) what += ": " + first.reason;
  if (!one && !first.reason.empty()) what += std::format(" ({})", first.name);
  if (first.state == "down") {
    return {std::move(what),
            std::format("on {}: 'systemctl status slurmd', 'journalctl -u slurmd'", first.name)};
  }
  if (first.state == "inval") {
    return {std::move(what),
            std::format("'muster node reboot {0}': Muster reads the hardware at each start; then "
                        "scontrol update nodename={0} state=resume",
                        which)};
  }
  return {std::move(what),
          std::format("when the reason is gone: scontrol update nodename={} state=resume", which)};
}

}  // namespace

SchedulerNodes read_scheduler(const std::filesystem::path& file) {
  SchedulerNodes known;
  const auto age = os::file_age(file);
  if (!age || std::chrono::abs(*age) > kStale) return known;
  const auto text = os::read_file(file);
  const auto nodes = text ? hpc::parse_sinfo(*text) : fail("the scheduler does not answer");
  if (!nodes) return known;
  for (const hpc::SchedulerNode& node : *nodes) known.emplace(node.name, node);
  return known;
}

hpc::SchedulerNode said_of(const Node& node, const SchedulerNodes& scheduler) {
  const auto known = scheduler.find(node.name);
  return known == scheduler.end() ? hpc::SchedulerNode{} : known->second;
}

nlohmann::json summary_json(const SchedulerNodes& nodes) {
  if (nodes.empty()) return nullptr;
  std::map<std::string, int> states;
  int usable = 0;
  for (const auto& [name, node] : nodes) {
    ++states[node.state];
    usable += node.usable ? 1 : 0;
  }
  return {{"usable", usable}, {"states", states}};
}

std::vector<Problem> taken_out_nodes(std::span<const Node> nodes, const SchedulerNodes& scheduler,
                                     std::int64_t now_ms) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> alike;
  for (const Node& node : nodes) {
    const auto known = scheduler.find(node.name);
    if (node.state != NodeState::ready || known == scheduler.end()) continue;
    const hpc::SchedulerNode& said = known->second;
    const bool fresh = said.state == "down" && now_ms - node.ready_ms < kRegistersMs;
    // Whoever began the operation knows; it gives the node back.
    const bool goes_down = said.reason.starts_with(hpc::kRestartReason);
    if (!said.taken_out || fresh || goes_down) continue;
    alike[{said.state, kind_of(said.reason)}].push_back(node.name);
  }
  std::vector<Problem> problems;
  for (const auto& [kind, names] : alike) {
    problems.push_back(describe(scheduler.find(names.front())->second, names));
  }
  return problems;
}

}  // namespace muster::control
