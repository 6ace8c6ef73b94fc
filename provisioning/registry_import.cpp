// The part of the registry that takes a list of nodes which somebody wrote.

#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "core/os/hash.h"
#include "provisioning/registry.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {
namespace {

constexpr const char* kNothing = "nothing was imported";

/// What one list says of each node, once.
class Listed {
 public:
  Status add(const Node& node) {
    if (!names_.insert(node.name).second) return twice(std::format("'{}'", node.name));
    if (!addresses_.insert(node.address.value).second) return twice(to_string(node.address));
    for (const MacAddress mac : node.hardware.macs) {
      if (!macs_.insert(mac).second) return twice(to_string(mac));
    }
    return {};
  }

 private:
  static Status twice(const std::string& what) {
    return fail(std::format("{} is in the list twice", what),
                std::format("write it once; {}", kNothing));
  }

  std::set<std::string, std::less<>> names_;
  std::set<std::uint32_t> addresses_;
  std::set<MacAddress> macs_;
};

/// Whose something is, and how to free it.
std::unexpected<Error> taken(const std::string& what, const Node& given, const Node& owner) {
  return fail(
      std::format("{} of {} belongs to {}", what, given.name, who(owner)),
      std::format("correct the list, or 'muster node remove {}' first; {}", who(owner), kNothing));
}

bool is_up(const Node& node) {
  return node.state == NodeState::ready || node.state == NodeState::booting;
}

}  // namespace

/// Name and address are nobody else's.
Status Registry::check_taken(const Node& given) const {
  if (const auto found = by_name_.find(given.name);
      found != by_name_.end() && found->second != given.id) {
    const Node& owner = nodes_.at(found->second);
    return fail(std::format("there is a node '{}' already, with the Ethernet address {}",
                            given.name, to_string(owner.hardware.macs.front())),
                std::format("correct the list, or 'muster node remove {}' first; {}", given.name,
                            kNothing));
  }
  const auto found = by_address_.find(given.address.value);
  if (found == by_address_.end() || found->second == given.id) return {};
  return taken("address " + to_string(given.address), given, nodes_.at(found->second));
}

/// The node as the list wants it: a new one, or the machine that is known by its Ethernet address.
Result<Node> Registry::imported(const Node& given) const {
  const auto known = by_mac_.find(given.hardware.macs.front());
  if (known == by_mac_.end()) {
    Node node = given;
    node.id = os::random_hex(8);
    node.state = NodeState::adopted;
    node.profile = settings_.default_profile;
    return node;
  }
  Node node = nodes_.at(known->second);
  if (node.name == given.name && node.address == given.address) return node;
  if (is_up(node) && !node.name.empty()) {
    return fail(
        std::format("the machine {} of {} is {}, which is up",
                    to_string(given.hardware.macs.front()), given.name, node.name),
        std::format("switch it off first, or 'muster node remove {}'; {}", node.name, kNothing));
  }
  if (node.name.empty()) node.profile = settings_.default_profile;
  node.state = NodeState::adopted;
  node.reason.clear();
  node.name = given.name;
  node.address = given.address;
  return node;
}

/// The nodes of the list that are new or other than before. Errors: as import.
Result<std::vector<Node>> Registry::compare(std::span<const Node> list) const {
  Listed listed;
  std::vector<Node> changed;
  for (const Node& given : list) {
    TRY(listed.add(given));
    TRY_ASSIGN(Node node, imported(given));
    TRY(check_taken(node));
    const auto before = nodes_.find(node.id);
    const bool same = before != nodes_.end() && before->second.name == node.name &&
                      before->second.address == node.address;
    if (!same) changed.push_back(std::move(node));
  }
  return changed;
}

Result<Registry::Imported> Registry::import(std::vector<Node> list, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  TRY_ASSIGN(std::vector<Node> changed, compare(list));
  const Imported result{.changed = changed.size(), .unchanged = list.size() - changed.size()};
  if (changed.empty()) return result;
  std::vector<state::Change> changes;
  std::vector<state::Event> events = {{.time_ms = now_ms,
                                       .subject = {},
                                       .kind = "imported",
                                       .text = std::format("{} nodes", changed.size())}};
  for (const Node& node : changed) {
    changes.push_back({.kind = "node", .key = node.id, .value = to_json(node).dump()});
    if (!nodes_.contains(node.id)) continue;
    events.push_back(event(node, "imported",
                           std::format("named {}, address {}", node.name, to_string(node.address)),
                           now_ms));
  }
  const auto committed = store_.commit({.changes = changes, .events = events});
  if (!committed) return std::unexpected(committed.error());
  for (Node& node : changed) replace(std::move(node), now_ms);
  ++generation_;
  return result;
}

/// A node that is new, or has another name and address than before.
void Registry::replace(Node node, std::int64_t now_ms) {
  if (const auto before = nodes_.find(node.id); before != nodes_.end()) {
    // dnsmasq knows the machine by the address that it had.
    if (!before->second.name.empty()) lose_address(now_ms);
    unindex(before->second);
  }
  index(node);
  nodes_.insert_or_assign(node.id, std::move(node));
}

}  // namespace muster::provisioning
