// The plans of a large cluster after one profile changed: the head's, with the scheduler's lines of
// all nodes, and every node's as it travels. Prints seconds of the head's plan, seconds of all
// nodes' plans, bytes of these: plans NUMBER.

#include "plans/plans.h"

#include <format>
#include <print>

#include "control/node_plans.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/spec/node_names.h"
#include "core/spec/parse.h"
#include "plans/preview.h"

namespace {

using namespace muster;

constexpr std::string_view kCluster =
    "schema: 1\nname: large\nhead:\n  address: 10.0.0.1/8\nnodes:\n  digits: 5\n"
    "profiles:\n  - {name: thin, image: compute}\n  - {name: fat, image: compute}\n";

std::vector<provisioning::Node> make_nodes(const spec::ClusterSpec& spec, std::uint32_t count) {
  std::vector<provisioning::Node> nodes(count, plans::first_node(spec));
  for (std::uint32_t i = 0; i < count; ++i) {
    nodes[i].id = std::to_string(i);
    nodes[i].name = spec::node_name(spec.nodes, i + 1);
    nodes[i].address = {spec.nodes.addresses.first.value + i};
    nodes[i].profile = spec.profiles[i % 2].name;
    nodes[i].booted_profile = nodes[i].profile;
  }
  return nodes;
}

double seconds_since(std::int64_t start) {
  return static_cast<double>(os::steady_ms() - start) / 1000;
}

void measure(spec::ClusterSpec spec, std::uint32_t count) {
  const head::Facts facts{.interface = "eth0", .live = true, .medium = "/run/live/medium"};
  const hpc::UserTable users;
  const auto nodes = make_nodes(spec, count);
  const plans::ClusterView view{
      .spec = spec, .facts = facts, .nodes = nodes, .users = users, .slurm_key = "k"};
  control::NodePlans shared(spec);
  shared.refresh(1, [&] { return plans::plan_shared(view); });
  spec.profiles.front().kernel_arguments.push_back(*spec::KernelArgument::parse("quiet"));
  std::int64_t start = os::steady_ms();
  plans::plan_head(view);
  const double head = seconds_since(start);
  start = os::steady_ms();
  shared.refresh(2, [&] { return plans::plan_shared(view); });
  std::size_t bytes = 0;
  for (const provisioning::Node& node : nodes) bytes += shared.text_of(node).size();
  std::println("{:.3f} {:.3f} {}", head, seconds_since(start), bytes);
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = argc == 2 ? parse_number(argv[1]) : std::nullopt;
  auto parsed = spec::parse_cluster(kCluster, "large.yaml");
  if (!count || *count == 0 || *count > 90'000 || !parsed.spec) {
    std::println(stderr, "plans: name a number of nodes up to 90000");
    return 2;
  }
  measure(std::move(*parsed.spec), static_cast<std::uint32_t>(*count));
}
