#include "apps/muster/node_progress.h"

#include <map>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/node_story.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// What a node still misses; empty when nothing.
std::string missing(const json& node) {
  const bool is_ready = text_of(node, "state") == "ready" && text_of(node, "stage") != "reboot";
  if (!is_ready) return printable(standing_of(node), 400);
  return node.value("holds_plan", false) ? "" : "is ready with an older plan";
}

}  // namespace

Result<NodeProgress> read_node_progress(std::string_view answer, const NodeSet& wanted) {
  const json value = json::parse(answer, nullptr, false);
  if (!value.is_object() || !value.contains("nodes") || !value["nodes"].is_array()) {
    return fail("the daemon's answer is not a list of nodes");
  }
  std::map<std::string, std::string> known;
  for (const json& node : value["nodes"]) known[text_of(node, "name")] = missing(node);
  NodeProgress progress;
  for (const std::string& name : wanted.names()) {
    const auto found = known.find(name);
    const std::string why = found == known.end() ? "is not known yet" : found->second;
    if (why.empty()) {
      progress.ready.push_back(name);
    } else {
      progress.waiting.push_back({.name = name, .why = why, .is_known = found != known.end()});
    }
  }
  return progress;
}

}  // namespace muster::cli
