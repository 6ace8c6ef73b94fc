#include "apps/muster/choose_nodes.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/groups.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// os::random_hex(8), which the registry makes ids of.
constexpr std::size_t kIdSize = 16;

std::expected<NodeSet, Failure> parse_names(const std::string& text) {
  Result<std::vector<NodeGroup>> groups = std::vector<NodeGroup>();
  if (text.contains('@')) groups = ask_groups();
  if (!groups) return std::unexpected(Failure(groups.error()));
  auto nodes =
      parse_node_set(text, [&groups](std::string_view name) { return find_group(*groups, name); });
  if (!nodes) return std::unexpected(Failure(std::move(nodes).error(), kUsage));
  return std::move(*nodes);
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

Result<std::string> ask_name(const std::string& machine) {
  TRY_ASSIGN(const json node, call_head("GET", "/v1/nodes/" + url_encode(machine)));
  return text_of(node, "name");
}

std::expected<NodeSet, Failure> choose_names(const std::string& text) {
  auto chosen = choose_nodes(text);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  std::vector<std::string> names;
  for (const std::string& machine : chosen->machines) {
    auto name = ask_name(machine);
    if (!name) return std::unexpected(Failure(std::move(name).error()));
    if (name->empty()) {
      return std::unexpected(
          Failure({.message = std::format("'{}' waits for adoption and has no name yet", machine),
                   .hint = std::format("'muster node adopt {}' gives it one", machine)}));
    }
    names.push_back(std::move(*name));
  }
  auto named = NodeSet::from_names(names);
  if (!named) return std::unexpected(Failure(std::move(named).error()));
  return std::move(chosen->names |= *named);
}

std::expected<NodeSet, Failure> choose_some_names(const std::string& text) {
  auto nodes = choose_names(text);
  if (!nodes || !nodes->empty()) return nodes;
  return std::unexpected(Failure({.message = std::format("'{}' names no node", printable(text)),
                                  .hint = "'muster node list' shows them"},
                                 kUsage));
}

}  // namespace muster::cli
