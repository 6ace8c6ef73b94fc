#include "apps/muster/groups.h"

#include <algorithm>
#include <format>

#include "apps/muster/client.h"
#include "core/base/text.h"

namespace muster::cli {

Result<std::vector<NodeGroup>> ask_groups() {
  TRY_ASSIGN(const nlohmann::json answer, call_head("GET", "/v1/groups"));
  std::vector<NodeGroup> groups;
  NodeSet all;
  for (const nlohmann::json& entry : answer.at("groups")) {
    TRY_ASSIGN(NodeSet nodes, parse_node_set(text_of(entry, "nodes", kLongText)));
    groups.push_back({.name = text_of(entry, "name"), .nodes = std::move(nodes)});
    if (groups.back().name == "*") all = groups.back().nodes;
  }
  for (NodeGroup& group : groups) group.nodes &= all;
  return groups;
}

Result<NodeSet> find_group(const std::vector<NodeGroup>& groups, std::string_view name) {
  const auto found = std::ranges::find(groups, name, &NodeGroup::name);
  if (found != groups.end()) return found->nodes;
  std::vector<std::string> known;
  for (const NodeGroup& group : groups) known.push_back("@" + group.name);
  return fail(std::format("there is no group '@{}'", printable(name, 64)),
              "groups: " + join(known, ", "));
}

}  // namespace muster::cli
