#include "apps/muster/choose_nodes.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// os::random_hex(8), which the registry makes ids of.
constexpr std::size_t kIdSize = 16;

/// Groups as the head has them now, each cut to the nodes that are there: a group may name nodes
/// that are still to come, and commands are about those that are.
class Groups {
 public:
  static Result<Groups> ask() {
    TRY_ASSIGN(json answer, call_head("GET", "/v1/groups"));
    Groups groups;
    groups.list_ = answer.at("groups");
    for (const json& group : groups.list_) {
      if (text_of(group, "name") != "*") continue;
      TRY_ASSIGN(groups.all_, parse_node_set(text_of(group, "nodes", kLongText)));
    }
    return groups;
  }

  Result<NodeSet> find(std::string_view name) const {
    std::vector<std::string> known;
    for (const json& group : list_) {
      known.push_back("@" + text_of(group, "name"));
      if (text_of(group, "name") != name) continue;
      TRY_ASSIGN(NodeSet nodes, parse_node_set(text_of(group, "nodes", kLongText)));
      return nodes &= all_;
    }
    return fail(std::format("there is no group '@{}'", printable(name, 64)),
                "groups: " + join(known, ", "));
  }

 private:
  json list_;
  NodeSet all_;
};

std::expected<NodeSet, Failure> parse_names(const std::string& text) {
  Result<Groups> groups = Groups();
  if (text.contains('@')) groups = Groups::ask();
  if (!groups) return std::unexpected(Failure(groups.error()));
  auto nodes =
      parse_node_set(text, [&groups](std::string_view name) { return groups->find(name); });
  if (!nodes) return std::unexpected(Failure(std::move(nodes).error(), kUsage));
  return std::move(*nodes);
}

/// The names of machines, by one question each.
Result<std::vector<std::string>> ask_names(const std::vector<std::string>& machines) {
  std::vector<std::string> names;
  for (const std::string& machine : machines) {
    TRY_ASSIGN(const json node, call_head("GET", "/v1/nodes/" + url_encode(machine)));
    names.push_back(text_of(node, "name"));
    if (!names.back().empty()) continue;
    return fail(std::format("'{}' waits for adoption and has no name yet", machine),
                std::format("'muster node adopt {}' gives it one", machine));
  }
  return names;
}

}  // namespace

std::vector<std::string> ChosenNodes::words() const {
  std::vector<std::string> all = names.names();
  all.insert(all.end(), machines.begin(), machines.end());
  return all;
}

bool is_machine(std::string_view word) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const bool is_id =
      word.size() == kIdSize && word.find_first_not_of(kHex) == std::string_view::npos;
  return is_id || parse_mac(word).has_value();
}

std::vector<std::string> split_nodes(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : text) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    const bool ends = depth == 0 && (c == ',' || c == ' ');
    if (!ends) {
      parts.back() += c;
    } else if (!parts.back().empty()) {
      parts.emplace_back();
    }
  }
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

std::expected<ChosenNodes, Failure> choose_nodes(const std::string& text) {
  ChosenNodes chosen;
  std::vector<std::string> parts = split_nodes(text);
  const auto machine = std::ranges::find_if(parts, is_machine);
  // A word without machines is the node set parser's as it stands, mistakes included.
  std::string rest = text;
  if (machine != parts.end()) {
    std::ranges::copy_if(parts, std::back_inserter(chosen.machines), is_machine);
    std::erase_if(parts, is_machine);
    rest = join(parts, ",");
  }
  auto names = parse_names(rest);
  if (!names) return std::unexpected(std::move(names).error());
  chosen.names = std::move(*names);
  return chosen;
}

std::expected<ChosenNodes, Failure> choose_some_nodes(const std::string& text) {
  auto chosen = choose_nodes(text);
  if (!chosen || !chosen->empty()) return chosen;
  return std::unexpected(
      Failure({.message = std::format("'{}' names no node", printable(text)),
               .hint = "'muster node list' and 'muster group list' show what there is"},
              kUsage));
}

std::expected<NodeSet, Failure> choose_names(const std::string& text) {
  auto chosen = choose_nodes(text);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  const auto names = ask_names(chosen->machines);
  if (!names) return std::unexpected(Failure(names.error()));
  auto named = NodeSet::from_names(*names);
  if (!named) return std::unexpected(Failure(std::move(named).error()));
  return std::move(chosen->names |= *named);
}

}  // namespace muster::cli
