#include "lab/product.h"

#include <algorithm>
#include <format>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::lab {
namespace {

using nlohmann::json;

/// The first of several keys that holds a text with something in it; empty when none does.
std::string text_of(const json& value, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = value.find(key);
    if (found == value.end() || !found->is_string()) continue;
    if (const auto text = found->get<std::string>(); !text.empty()) return printable(text);
  }
  return {};
}

std::string problem_text(const json& problem) {
  if (problem.is_string()) return printable(problem.get<std::string>());
  if (!problem.is_object()) return {};
  const std::string message = text_of(problem, {"what"});
  const std::string hint = text_of(problem, {"next"});
  return hint.empty() ? message : message + "; " + hint;
}

}  // namespace

Result<HeadStatus> parse_head_status(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return fail("'muster status --json' does not print an object");
  HeadStatus status;
  const json ready = value.value("ready", json());
  if (!ready.is_boolean()) return fail("'muster status --json' does not say whether it is ready");
  status.ready = ready.get<bool>() ? HeadStatus::Ready::yes : HeadStatus::Ready::no;
  const json problems = value.value("problems", json::array());
  if (!problems.is_array()) return fail("'muster status --json' does not list its problems");
  for (const json& problem : problems) status.problems.push_back(problem_text(problem));
  return status;
}

Result<std::vector<NodeStatus>> parse_node_list(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  const json list = value.is_object() ? value.value("nodes", json()) : value;
  if (!list.is_array()) return fail("'muster node list --json' does not print a list");
  std::vector<NodeStatus> nodes;
  for (const json& node : list) {
    if (!node.is_object()) return fail("'muster node list --json' lists something that is no node");
    NodeStatus status{.name = text_of(node, {"name"}),
                      .mac = {},
                      .state = text_of(node, {"state"}),
                      .detail = text_of(node, {"reason", "stage"})};
    if (const auto mac = parse_mac(text_of(node, {"mac"}))) status.mac = *mac;
    nodes.push_back(std::move(status));
  }
  return nodes;
}

const NodeStatus* find_node(const std::vector<NodeStatus>& nodes, MacAddress mac) {
  const auto found = std::ranges::find(nodes, mac, &NodeStatus::mac);
  return found == nodes.end() ? nullptr : &*found;
}

std::string render_node(const NodeStatus* node) {
  if (node == nullptr) return "the head has not seen it yet";
  const std::string name = node->name.empty() ? "not adopted" : node->name;
  if (node->detail.empty()) return std::format("{} {}", name, node->state);
  return std::format("{} {} ({})", name, node->state, node->detail);
}

}  // namespace muster::lab
