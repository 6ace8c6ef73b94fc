#include "control/own_metrics.h"

#include <algorithm>
#include <map>
#include <string>

#include "control/health.h"

namespace muster::control {
namespace {

Metric gauge(std::string name, std::string help, std::vector<Sample> samples) {
  return {.name = std::move(name),
          .help = std::move(help),
          .type = "gauge",
          .samples = std::move(samples)};
}

Metric gauge(std::string name, std::string help, std::size_t value) {
  return gauge(std::move(name), std::move(help),
               {{.labels = {}, .value = static_cast<double>(value)}});
}

/// A state that no node has is a figure, too: a sum over time must not lose it.
std::vector<Sample> nodes_by_state(const provisioning::Registry& registry) {
  std::map<std::string, double> counts;
  for (const provisioning::NodeState state : provisioning::kStatesWithName) {
    counts[std::string(to_string(state))] = 0;
  }
  registry.each([&](const provisioning::Node& node) {
    if (!node.name.empty()) ++counts[std::string(to_string(node.state))];
  });
  std::vector<Sample> samples;
  for (const auto& [state, count] : counts) {
    samples.push_back({.labels = {{"state", state}}, .value = count});
  }
  return samples;
}

std::vector<Sample> services_up(const std::vector<ServiceState>& services) {
  std::vector<Sample> samples;
  for (const ServiceState& service : services) {
    samples.push_back(
        {.labels = {{"unit", service.unit}}, .value = service.state == "active" ? 1.0 : 0.0});
  }
  return samples;
}

}  // namespace

std::vector<Metric> own_metrics(Cluster& cluster, ServiceWatch& services) {
  const Health health = read_health(cluster, services);
  const auto operations = cluster.operations().list();
  const auto running = std::ranges::count_if(
      operations, [](const operations::Operation& each) { return !each.has_ended(); });
  return {gauge("muster_nodes", "Nodes in each state.", nodes_by_state(cluster.registry())),
          gauge("muster_problems", "What 'muster status' says somebody should see to.",
                health.problems.size()),
          gauge("muster_service_up", "Whether a service of the head is active.",
                services_up(health.services)),
          gauge("muster_operations_running", "Operations that go on.",
                static_cast<std::size_t>(running))};
}

}  // namespace muster::control
