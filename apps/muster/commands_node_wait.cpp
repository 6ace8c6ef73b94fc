// node wait: until nodes are ready and hold what was decided last.

#include <algorithm>
#include <chrono>
#include <format>
#include <memory>
#include <print>
#include <ranges>

#include "apps/muster/choose_nodes.h"
#include "apps/muster/client.h"
#include "apps/muster/commands_node.h"
#include "apps/muster/node_progress.h"
#include "core/base/text.h"
#include "core/os/wait.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// The daemon has no event for its callers, and nodes speak every ten seconds.
constexpr auto kBetweenLooks = 1s;
/// As many nodes are told of by name when the time is over.
constexpr std::size_t kToldOf = 10;

struct WaitOptions {
  std::string nodes;
  int timeout = 900;
};

/// Those that are named, or all that the head knows by name.
std::expected<NodeSet, Failure> choose_awaited(const std::string& text) {
  auto nodes = choose_names(text.empty() ? "@*" : text);
  if (!nodes || !nodes->empty()) return nodes;
  if (!text.empty()) {
    return std::unexpected(Failure(
        {.message = std::format("'{}' names no node", printable(text)), .hint = ""}, kUsage));
  }
  return std::unexpected(
      Failure({.message = "the head knows no node yet",
               .hint = "switch one on, or name those that come: 'muster node wait n[001-008]'"}));
}

Result<NodeProgress> look(const NodeSet& nodes) {
  TRY_ASSIGN(const std::string answer,
             fetch_from_head("GET", "/v1/nodes?names=" + url_encode(to_string(nodes))));
  return read_node_progress(answer, nodes);
}

/// Until all are ready or the time is over; how far they are then. A daemon that starts anew
/// meanwhile is asked again.
Result<NodeProgress> wait_for(const NodeSet& nodes, std::chrono::seconds time) {
  const os::Deadline end = os::in(time);
  const std::size_t all = nodes.size();
  std::size_t told = 0;
  bool answered = false;
  while (true) {
    Result<NodeProgress> progress = look(nodes);
    answered = answered || progress;
    if (!answered) return progress;
    const std::size_t ready = progress ? progress->ready.size() : told;
    if (ready != told) say(std::format("{} of {} ready", ready, all));
    told = ready;
    if (ready == all || os::in(0ms) >= end) return progress;
    TRY(os::wait_readable({}, std::min(end, os::in(kBetweenLooks))));
  }
}

json to_json(const NodeProgress& progress) {
  json waiting = json::array();
  for (const auto& node : progress.waiting) {
    waiting.push_back({{"name", node.name}, {"why", node.why}});
  }
  return {{"ready", progress.ready}, {"waiting", std::move(waiting)}};
}

/// Who is missing, and the first of them with what they lack.
int tell_missing(const NodeProgress& progress, int timeout) {
  std::vector<std::string> names;
  for (const auto& node : progress.waiting) names.push_back(node.name);
  for (const auto& node : progress.waiting | std::views::take(kToldOf)) {
    say(std::format("  {} {}", node.name, node.why));
  }
  const auto known = std::ranges::find(progress.waiting, true, &NodeProgress::Waiting::is_known);
  return report({.message = std::format("not ready within {} s: {}", timeout, fold_names(names)),
                 .hint = known == progress.waiting.end()
                             ? "'muster node list' shows the nodes that the head knows"
                             : std::format("'muster node why {}' says more", known->name)});
}

int run_wait(const WaitOptions& options) {
  const auto nodes = choose_awaited(options.nodes);
  return nodes ? wait_for_nodes(*nodes, options.timeout) : report(nodes.error());
}

}  // namespace

int wait_for_nodes(const NodeSet& nodes, int timeout) {
  const auto progress = wait_for(nodes, std::chrono::seconds(timeout));
  if (!progress) return report(progress.error());
  if (form() == Form::json) print_json(to_json(*progress).dump());
  if (!progress->waiting.empty()) return tell_missing(*progress, timeout);
  if (form() == Form::text) std::println("{}: ready", fold_names(progress->ready));
  return kDone;
}

void add_node_wait(CLI::App& noun, Session& session) {
  CLI::App* const verb =
      noun.add_subcommand("wait", "wait until nodes are ready and have their newest plan");
  const auto options = std::make_shared<WaitOptions>();
  verb->add_option(
          "nodes", options->nodes,
          std::format("{}; also those that are still to come; all when absent", kNodesHelp))
      ->type_name(value::kNodes);
  verb->add_option("--timeout", options->timeout, "seconds")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  add_json(*verb);
  on_run_at_head(*verb, session, [options] { return run_wait(*options); });
}

}  // namespace muster::cli
