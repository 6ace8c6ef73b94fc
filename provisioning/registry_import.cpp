// The part of the registry that takes a list of nodes which somebody wrote.

#include <format>
#include <mutex>
#include <set>

#include "core/os/random.h"
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

}  // namespace

/// Name and address are nobody else's.
Status Registry::check_taken(const Node& given) const {
  const std::string named = ledger_->directory().by_name(given.name);
  if (!named.empty() && named != given.id) {
    const Node& owner = *ledger_->find(named)->node;
    return fail(ErrorKind::conflict,
                std::format("there is a node '{}' already, with the Ethernet address {}",
                            given.name, to_string(owner.hardware.macs.front())),
                std::format("correct the list, or 'muster node remove {}' first; {}", given.name,
                            kNothing));
  }
  const std::string addressed = ledger_->directory().by_address(given.address);
  if (addressed.empty() || addressed == given.id) return {};
  return taken("address " + to_string(given.address), given, *ledger_->find(addressed)->node);
}

/// The node as the list wants it: a new one, or the machine that is known by its Ethernet address.
Result<Node> Registry::imported(const Node& given) const {
  const std::string known = ledger_->directory().by_mac(given.hardware.macs.front());
  if (known.empty()) {
    Node node = given;
    node.id = os::random_hex(8);
    node.state = NodeState::adopted;
    node.profile = settings_.default_profile;
    return node;
  }
  Node node = *ledger_->find(known)->node;
  if (node.name == given.name && node.address == given.address) return node;
  if (is_up(node) && !node.name.empty()) {
    return fail(
        ErrorKind::conflict,
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
    const Member* const before = ledger_->find(node.id);
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

Result<Registry::Imported> Registry::import(std::vector<Node> list, Now now) {
  std::shared_ptr<Ticket> ticket;
  Imported result;
  {
    const std::scoped_lock lock(ledger_->mutex());
    TRY_ASSIGN(std::vector<Node> changed, compare(list));
    result = {.changed = changed.size(), .unchanged = list.size() - changed.size()};
    if (!changed.empty())
      ledger_->note({.time_ms = now.wall_ms,
                     .subject = {},
                     .kind = "imported",
                     .text = std::format("{} nodes", changed.size())},
                    Write::decided, now);
    for (Node& node : changed) put_imported(std::move(node), now);
    ticket = ledger_->ticket();
  }
  TRY(written(ticket));
  return result;
}

/// A node that is new, or has another name and address than before.
void Registry::put_imported(Node node, Now now) {
  const Member* const before = ledger_->find(node.id);
  Outcome outcome{.write = Write::decided};
  Member member;
  if (before != nullptr) {
    member = *before;
    outcome.events.push_back(
        event(node, "imported",
              std::format("named {}, address {}", node.name, to_string(node.address)), now));
  } else {
    member.heard = {.any_ms = now.steady_ms, .proof_ms = now.steady_ms};
  }
  member.node = std::make_shared<const Node>(std::move(node));
  ledger_->put(std::move(member), std::move(outcome), now);
}

}  // namespace muster::provisioning
