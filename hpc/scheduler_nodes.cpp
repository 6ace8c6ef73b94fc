#include "hpc/scheduler_nodes.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include "core/base/text.h"

namespace muster::hpc {
namespace {

/// Base states in which Slurm places jobs (sinfo(1)).
constexpr std::array<std::string_view, 4> kUsableStates = {"idle", "mixed", "allocated",
                                                           "completing"};
/// Marks behind a state; '*' says that the node does not answer.
constexpr std::string_view kMarks = "*~#!%$@^-+";

/// States out of which a node does not come by itself (sinfo(1)).
constexpr std::array<std::string_view, 8> kTakenOut = {"down",    "drained", "draining", "drain",
                                                       "failing", "fail",    "inval",    "error"};

SchedulerNode parse_node_line(std::string_view name, std::string_view state,
                              std::string_view reason) {
  const std::size_t mark = state.find_first_of(kMarks);
  const std::string_view marks = mark == std::string_view::npos ? "" : state.substr(mark);
  SchedulerNode node{.name = std::string(name), .state = std::string(state.substr(0, mark))};
  const bool answers = marks.find('*') == std::string_view::npos;
  const bool placeable = std::ranges::contains(kUsableStates, std::string_view(node.state));
  node.usable = answers && placeable;
  node.taken_out = std::ranges::contains(kTakenOut, std::string_view(node.state));
  node.settling = node.state == "unknown" || (placeable && !answers);
  // Slurm remembers the reason of a time that is over.
  if (reason != "none" && !node.usable) node.reason = printable(trim(reason), 200);
  if (node.reason.empty() && !answers) node.reason = "it does not answer";
  return node;
}

}  // namespace

std::vector<std::string> sinfo_command() {
  return {"sinfo", "--Node", "--noheader", std::format("--format={}", kSinfoFormat)};
}

Result<std::vector<SchedulerNode>> parse_sinfo(std::string_view output) {
  std::vector<SchedulerNode> nodes;
  std::set<std::string, std::less<>> seen;
  for (const std::string& line : lines(output)) {
    if (trim(line).empty()) continue;
    const std::size_t first = line.find('|');
    const std::size_t second = first == std::string::npos ? first : line.find('|', first + 1);
    const std::string_view text = line;
    const bool ours = second != std::string::npos && is_host_label(text.substr(0, first));
    if (!ours && !nodes.empty()) continue;
    if (!ours) {
      return fail(std::format("cannot understand the scheduler's line '{}'", printable(line, 100)),
                  "compare with: sinfo --Node");
    }
    // A node in two partitions has two lines.
    if (!seen.emplace(text.substr(0, first)).second) continue;
    nodes.push_back(parse_node_line(text.substr(0, first),
                                    text.substr(first + 1, second - first - 1),
                                    text.substr(second + 1)));
  }
  return nodes;
}

}  // namespace muster::hpc
