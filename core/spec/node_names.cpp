#include "core/spec/node_names.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/spec/characters.h"
#include "core/spec/node_states.h"
#include "core/spec/rules.h"

namespace muster::spec {
namespace {

/// A word with a meaning of its own, and whose it is.
struct Meaning {
  std::string_view word;
  std::string_view reader;
};

constexpr std::array<Meaning, 5> kMeanings = {{{"all", "Slurm takes it for every node"},
                                               {"default", "Slurm takes it for defaults of nodes"},
                                               {"ignore", "DHCP would never answer it"},
                                               {"infinite", "DHCP takes it for a lease time"},
                                               {"localhost", "every machine calls itself so"}}};

/// "90", "1h": dnsmasq(8) takes digits, and a unit behind them, for a lease time.
bool is_lease_time(std::string_view name) {
  if (!name.empty() && std::string_view("smhdw").contains(name.back())) name.remove_suffix(1);
  return !name.empty() && all_of_class(name, Class::digit);
}

std::unexpected<Error> unusable(ErrorKind kind, std::string_view name, std::string_view why,
                                std::string hint) {
  return fail(kind, std::format("'{}' cannot be the name of a node: {}", printable(name, 64), why),
              std::move(hint));
}

/// The name that somebody may have meant.
std::string meant(std::string_view name) {
  std::string text = lower(name.substr(0, name.find('.')));
  std::ranges::replace(text, '_', '-');
  return text;
}

}  // namespace

Status check_node_name(std::string_view name) {
  const auto meaning = std::ranges::find(kMeanings, std::string_view(lower(name)), &Meaning::word);
  if (meaning != kMeanings.end()) {
    return unusable(ErrorKind::invalid, name, meaning->reader, "choose another name");
  }
  if (is_lease_time(lower(name))) {
    return unusable(ErrorKind::invalid, name, "DHCP takes it for a lease time",
                    std::format("put a letter before it, such as 'n{}'", lower(name)));
  }
  if (is_lower_label(name)) return {};
  const std::string other = meant(name);
  const std::string example =
      is_lower_label(other) && check_node_name(other) ? std::format(", such as '{}'", other) : "";
  return unusable(
      ErrorKind::invalid, name, "it is not a host name in lower case",
      std::format("use lower-case letters, digits and inner '-', at most 63{}", example));
}

Status check_node_name(std::string_view name, const ClusterSpec& spec) {
  // First what another case does not change, so that no hint names what is refused.
  const std::string own = lower(name);
  if (own == spec.head.hostname) {
    return unusable(ErrorKind::conflict, name, "it is the head's name", "choose another name");
  }
  const bool group = is_node_state(own) ||
                     std::ranges::contains(kOwnGroups, own, &OwnGroup::name) ||
                     std::ranges::contains(spec.groups, own, &Group::name) ||
                     std::ranges::contains(spec.profiles, own, &Profile::name);
  if (group) {
    return unusable(ErrorKind::conflict, name, std::format("'@{}' is a group of nodes", own),
                    "choose another name");
  }
  return check_node_name(name);
}

bool is_node_state(std::string_view name) { return std::ranges::contains(kNodeStates, name); }

std::string node_name(const Nodes& nodes, std::uint64_t number) {
  return std::format("{}{:0{}}", nodes.prefix, number, nodes.digits);
}

std::optional<std::uint64_t> number_of(const Nodes& nodes, std::string_view name) {
  if (nodes.prefix.empty() || !name.starts_with(nodes.prefix)) return std::nullopt;
  const auto number = parse_number(name.substr(nodes.prefix.size()));
  if (!number || *number == 0 || node_name(nodes, *number) != name) return std::nullopt;
  return number;
}

}  // namespace muster::spec
