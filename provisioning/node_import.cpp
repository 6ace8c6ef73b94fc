#include "provisioning/node_import.h"

#include <algorithm>
#include <format>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "core/os/random.h"
#include "provisioning/transitions.h"

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
    return fail(ErrorKind::conflict, std::format("{} is in the list twice", what),
                std::format("write it once; {}", kNothing));
  }

  std::set<std::string, std::less<>> names_;
  std::set<std::uint32_t> addresses_;
  std::set<MacAddress> macs_;
};

/// Whose something is, and how to free it.
std::unexpected<Error> taken(const std::string& what, const Node& given, const Node& owner) {
  return fail(
      ErrorKind::conflict, std::format("{} of {} belongs to {}", what, given.name, who(owner)),
      std::format("correct the list, or 'muster node remove {}' first; {}", who(owner), kNothing));
}

bool is_up(const Node& node) {
  return node.state == NodeState::ready || node.state == NodeState::booting;
}

/// Name and address are nobody else's.
Status check_taken(const Ledger& ledger, const Node& given) {
  const std::string named = ledger.directory().by_name(given.name);
  if (!named.empty() && named != given.id) {
    const Node& owner = *ledger.find(named)->node;
    return fail(ErrorKind::conflict,
                std::format("there is a node '{}' already, with the Ethernet address {}",
                            given.name, to_string(owner.hardware.macs.front())),
                std::format("correct the list, or 'muster node remove {}' first; {}", given.name,
                            kNothing));
  }
  const std::string addressed = ledger.directory().by_address(given.address);
  if (addressed.empty() || addressed == given.id) return {};
  return taken("address " + to_string(given.address), given, *ledger.find(addressed)->node);
}

/// The node as the list wants it: a new one, or the machine that is known by its Ethernet address.
Result<Node> imported(const Ledger& ledger, const std::string& profile, const Node& given) {
  const std::string known = ledger.directory().by_mac(given.hardware.macs.front());
  if (known.empty()) {
    Node node = given;
    node.id = os::random_hex(8);
    node.state = NodeState::adopted;
    node.profile = profile;
    return node;
  }
  Node node = *ledger.find(known)->node;
  if (node.name == given.name && node.address == given.address) return node;
  if (is_up(node) && !node.name.empty()) {
    return fail(
        ErrorKind::conflict,
        std::format("the machine {} of {} is {}, which is up",
                    to_string(given.hardware.macs.front()), given.name, node.name),
        std::format("switch it off first, or 'muster node remove {}'; {}", node.name, kNothing));
  }
  if (node.name.empty()) node.profile = profile;
  node.state = NodeState::adopted;
  node.reason.clear();
  node.name = given.name;
  node.address = given.address;
  return node;
}

/// The nodes of the list that are new or other than before. Errors: as import_nodes.
Result<std::vector<Node>> compare(const Ledger& ledger, const std::string& profile,
                                  std::span<const Node> list) {
  Listed listed;
  std::vector<Node> changed;
  for (const Node& given : list) {
    TRY(listed.add(given));
    TRY_ASSIGN(Node node, imported(ledger, profile, given));
    TRY(check_taken(ledger, node));
    const Member* const before = ledger.find(node.id);
    const bool same = before != nullptr && before->node->name == node.name &&
                      before->node->address == node.address;
    if (std::ranges::contains(changed, node.id, &Node::id)) {
      return fail(ErrorKind::conflict,
                  std::format("{} of {} is a card of a machine that is in the list already",
                              to_string(given.hardware.macs.front()), given.name),
                  std::format("write each machine once; {}", kNothing));
    }
    if (!same) changed.push_back(std::move(node));
  }
  return changed;
}

/// A node that is new, or has another name and address than before.
void put_imported(Ledger& ledger, Node node, Now now) {
  const Member* const before = ledger.find(node.id);
  Outcome outcome{.write = Write::decided};
  Member member;
  if (before != nullptr) {
    member = *before;
    outcome.events.push_back(
        event(node, "imported",
              std::format("named {}, address {}", node.name, to_string(node.address)), now));
  } else {
    member.contact = {.any_ms = now.steady_ms, .proof_ms = now.steady_ms};
  }
  member.node = std::make_shared<const Node>(std::move(node));
  ledger.put(std::move(member), std::move(outcome), now);
}

}  // namespace

Result<Imported> import_nodes(Ledger& ledger, const std::string& profile,
                              std::span<const Node> list, Now now) {
  TRY_ASSIGN(std::vector<Node> changed, compare(ledger, profile, list));
  const Imported result = {.changed = changed.size(), .unchanged = list.size() - changed.size()};
  if (changed.empty()) return result;
  ledger.note({.time_ms = now.wall_ms,
               .subject = {},
               .kind = "imported",
               .text = std::format("{} nodes", changed.size())},
              Write::decided, now);
  for (Node& node : changed) put_imported(ledger, std::move(node), now);
  return result;
}

}  // namespace muster::provisioning
