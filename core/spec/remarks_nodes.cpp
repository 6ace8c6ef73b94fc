// Remarks on nodes: groups of names that no node gets, and addresses that are few.

#include <algorithm>
#include <format>
#include <optional>
#include <span>

#include "core/base/duration.h"
#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/spec/characters.h"
#include "core/spec/node_names.h"
#include "core/spec/remarks_parts.h"
#include "core/spec/rules.h"

namespace muster::spec {
namespace {

/// More names than this are not looked at one by one.
constexpr std::size_t kMostNames = 200'000;

/// "c" and "016" of "c016".
struct Parts {
  std::string_view prefix;
  std::string_view digits;
};

std::optional<Parts> parts_of(std::string_view name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  const std::size_t start = last == std::string_view::npos ? 0 : last + 1;
  if (start == name.size()) return std::nullopt;
  return Parts{name.substr(0, start), name.substr(start)};
}

/// "c[01-16]" for "c01-c16" and "c01-16": a range as other tools write it, here one name.
std::optional<std::string> range_in(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parts_of(name.substr(0, dash));
  const auto last = parts_of(name.substr(dash + 1));
  if (!first || !last || first->prefix.empty()) return std::nullopt;
  if (!last->prefix.empty() && last->prefix != first->prefix) return std::nullopt;
  const auto from = parse_number(first->digits);
  const auto to = parse_number(last->digits);
  if (!from || !to || *from >= *to) return std::nullopt;
  return std::format("{}[{}-{}]", first->prefix, first->digits, last->digits);
}

/// Whether a name is a word of the set as it is written, and does not come out of its brackets.
bool is_written(std::string_view set, std::string_view name) {
  for (std::size_t at = set.find(name); at != std::string_view::npos; at = set.find(name, at + 1)) {
    constexpr std::string_view kBetween = ", \t!&^";
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || kBetween.contains(set[at - 1]);
    if (begins && (end == set.size() || kBetween.contains(set[end]))) return true;
  }
  return false;
}

/// Names such as "r01-03" are racks and positions when one of them can be no range.
bool are_positions(std::span<const std::string> names) {
  return std::ranges::any_of(
      names, [](const std::string& name) { return name.contains('-') && !range_in(name); });
}

/// The names of a group, by what becomes of them.
struct Sorted {
  std::vector<std::string> ranges;
  /// Names that nodes do not get by themselves.
  std::vector<std::string> foreign;
  /// Names that no node can have, with the reason of the first.
  std::size_t refused = 0;
  std::optional<Error> why_refused;
  /// Names of nodes for which there is no address.
  std::size_t beyond = 0;
  std::vector<std::string> all;
};

Sorted sort_names(const ClusterSpec& spec, std::string_view written, const NodeSet& group) {
  const Nodes& nodes = spec.nodes;
  Sorted sorted{.all = group.names()};
  const bool positions = are_positions(sorted.all);
  for (const std::string& name : sorted.all) {
    const auto number = number_of(nodes, name);
    if (number && *number > nodes.addresses.size()) {
      ++sorted.beyond;
    } else if (!number && !positions && range_in(name) && is_written(written, name)) {
      sorted.ranges.push_back(name);
    } else if (const Status good = number ? Status() : check_node_name(name, spec); !good) {
      if (sorted.refused++ == 0) sorted.why_refused = good.error();
    } else if (!number) {
      sorted.foreign.push_back(name);
    }
  }
  return sorted;
}

/// The group with the same numbers as nodes here have them; none when a name has no number, or the
/// text gets long.
std::optional<std::string> as_own_names(const Nodes& nodes, const std::vector<std::string>& names) {
  std::vector<std::string> own;
  for (const std::string& name : names) {
    const auto parts = parts_of(name);
    const auto number = parts ? parse_number(parts->digits) : std::nullopt;
    if (!number || *number == 0 || *number > nodes.addresses.size()) return std::nullopt;
    own.push_back(node_name(nodes, *number));
  }
  const auto set = NodeSet::from_names(own);
  if (!set || set->size() != names.size()) return std::nullopt;
  const std::string text = to_string(*set);
  return text.size() <= 60 ? std::optional(text) : std::nullopt;
}

/// The settings by which nodes would have these names, and the others of the group as well.
std::optional<std::string> settings_for(const Nodes& nodes, const Sorted& sorted) {
  const std::vector<std::string>& names = sorted.foreign;
  const auto parts = parts_of(names.front());
  if (!parts || !is_node_prefix(parts->prefix) || parts->digits.size() > 6) return std::nullopt;
  const bool same = std::ranges::all_of(names, [&](const std::string& name) {
    const auto other = parts_of(name);
    return other && other->prefix == parts->prefix;
  });
  if (!same) return std::nullopt;
  if (names.size() < sorted.all.size() && parts->prefix != nodes.prefix) return std::nullopt;
  const bool is_so = parts->prefix == nodes.prefix &&
                     parts->digits.size() == static_cast<std::size_t>(nodes.digits);
  if (is_so) return std::nullopt;
  return std::format("nodes: {{prefix: {}, digits: {}}}", parts->prefix, parts->digits.size());
}

std::string hint_for(const Nodes& nodes, const Sorted& sorted) {
  std::vector<std::string> ways;
  if (const auto own = as_own_names(nodes, sorted.all)) {
    ways.push_back(std::format("write '{}'", *own));
  }
  if (const auto settings = settings_for(nodes, sorted)) {
    ways.push_back(std::format("set '{}'", *settings));
  }
  ways.emplace_back("give nodes these names by 'muster node import'");
  return join(ways, ", or ");
}

void remark_ranges(const Sorted& sorted, const std::string& path, Findings& findings) {
  for (const std::string& name : sorted.ranges) {
    findings.push_back({{path},
                        std::format("{}: '{}' is the name of one node", path, printable(name, 80)),
                        std::format("a range is written '{}'", *range_in(name))});
  }
}

void remark_foreign(const Nodes& nodes, const Sorted& sorted, const std::string& path,
                    Findings& findings) {
  if (sorted.foreign.empty()) return;
  const std::string own =
      std::format("nodes are named {}, {} and so on", node_name(nodes, 1), node_name(nodes, 2));
  const std::string what =
      sorted.all.size() == 1
          ? std::format("no node gets the name '{}' by itself", sorted.foreign.front())
      : sorted.foreign.size() == sorted.all.size()
          ? std::format("no node gets any of these {} names by itself", sorted.all.size())
          : std::format("no node gets {} of these {} names by itself, such as '{}'",
                        sorted.foreign.size(), sorted.all.size(), sorted.foreign.front());
  findings.push_back({{path, "nodes.prefix", "nodes.digits"},
                      std::format("{}: {}: {}", path, what, own),
                      hint_for(nodes, sorted)});
}

void remark_refused(const Sorted& sorted, const std::string& path, Findings& findings) {
  if (!sorted.why_refused) return;
  const std::string more =
      sorted.refused == 1 ? ""
                          : std::format(" ({} names of the group are like it)", sorted.refused);
  findings.push_back({{path},
                      std::format("{}: {}{}", path, sorted.why_refused->message, more),
                      sorted.why_refused->hint});
}

void remark_beyond(const Nodes& nodes, const Sorted& sorted, const std::string& path,
                   Findings& findings) {
  if (sorted.beyond == 0) return;
  const std::uint64_t room = nodes.addresses.size();
  findings.push_back(
      {{path, "nodes.addresses", "head.address"},
       std::format("{}: {} of its {} names can never be a node's: nodes.addresses has room for {} "
                   "nodes, {} to {}",
                   path, sorted.beyond, sorted.all.size(), room, node_name(nodes, 1),
                   node_name(nodes, room)),
       "make nodes.addresses longer, with a larger network in head.address when it is needed, or "
       "leave these names out"});
}

void remark_groups(const ClusterSpec& spec, Findings& findings) {
  NodeSet all;
  std::size_t looked_at = 0;
  bool short_of_addresses = false;
  for (std::size_t i = 0; i < spec.groups.size(); ++i) {
    const auto nodes = parse_node_set(spec.groups[i].nodes);
    if (!nodes) continue;
    looked_at += nodes->size();
    if (looked_at > kMostNames) break;
    const std::string path = std::format("groups[{}].nodes", i);
    const Sorted sorted = sort_names(spec, spec.groups[i].nodes, *nodes);
    remark_ranges(sorted, path, findings);
    remark_foreign(spec.nodes, sorted, path, findings);
    remark_refused(sorted, path, findings);
    remark_beyond(spec.nodes, sorted, path, findings);
    short_of_addresses = short_of_addresses || sorted.beyond > 0;
    all |= *nodes;
  }
  const std::uint64_t room = spec.nodes.addresses.size();
  if (short_of_addresses || all.size() <= room) return;
  findings.push_back({{"groups", "nodes.addresses", "head.address"},
                      std::format("groups: they name {} nodes, and nodes.addresses has room for {}",
                                  all.size(), room),
                      "make nodes.addresses longer, with a larger network in head.address when it "
                      "is needed"});
}

/// How many machines that boot from the network have an address on loan at once: other clients of
/// the network have the last quarter (provisioning/network.cpp).
std::uint64_t loans_at_once(const Ipv4Range& loans) { return loans.size() - loans.size() / 4; }

void remark_loans(const ClusterSpec& spec, Findings& findings) {
  constexpr std::uint64_t kFew = 4;
  const std::uint64_t room = spec.nodes.addresses.size();
  const std::uint64_t loans = loans_at_once(spec.nodes.unknown_addresses);
  if (loans >= kFew || loans >= room) return;
  findings.push_back(
      {{"nodes.unknown_addresses", "head.address"},
       std::format("nodes.unknown_addresses: {} has {} address{} on loan, so that {} new machine{} "
                   "can come up at once; nodes.addresses has room for {} nodes",
                   to_string(spec.nodes.unknown_addresses), spec.nodes.unknown_addresses.size(),
                   spec.nodes.unknown_addresses.size() == 1 ? "" : "es", loans,
                   loans == 1 ? "" : "s", room),
       std::format("switch new machines on one after the other, or use a larger network, such as "
                   "head.address: '{}/{}'",
                   to_string(spec.head.address.address),
                   std::max(spec.head.address.prefix - 3, 8))});
}

void remark_adoption(const ClusterSpec& spec, Findings& findings) {
  const Adoption& adoption = spec.adoption;
  constexpr std::chrono::minutes kUsual{30};
  if (adoption.policy == AdoptionPolicy::closed && !spec.groups.empty()) {
    findings.push_back({{"adoption.policy", "groups"},
                        "adoption.policy: with 'closed' no machine becomes a node by itself, and "
                        "groups name nodes",
                        "import the nodes with 'muster node import', or write 'ask' or 'open'"});
  }
  if (adoption.policy != AdoptionPolicy::open && adoption.open_for != kUsual) {
    findings.push_back({{"adoption.open_for", "adoption.policy"},
                        "adoption.open_for: it has an effect with policy 'open' only",
                        "leave it out, or write 'policy: open'"});
  }
  constexpr std::chrono::minutes kLeast{3};
  const bool open = adoption.policy == AdoptionPolicy::open && adoption.open_for.count() > 0;
  if (open && adoption.open_for < kLeast) {
    findings.push_back({{"adoption.open_for"},
                        std::format("adoption.open_for: {} end before most machines have booted",
                                    muster::to_string(adoption.open_for)),
                        "write a longer time, such as '30 min'; it begins with the head's boot"});
  }
}

}  // namespace

void remark_nodes(const ClusterSpec& spec, Findings& findings) {
  remark_groups(spec, findings);
  remark_loans(spec, findings);
  remark_adoption(spec, findings);
}

}  // namespace muster::spec
