#include "provisioning/allocation.h"

#include <format>
#include <memory>
#include <utility>

namespace muster::provisioning {

std::string Allocation::free_name() const {
  return ledger_.directory().free_name(settings_.name_prefix, settings_.name_digits);
}

Result<Ipv4Address> Allocation::free_address() const {
  // Where another server gives the addresses, a node has the one that it is heard from.
  if (addressing_ == Addressing::observed) return Ipv4Address{};
  if (const auto address = ledger_.directory().free_address(settings_.addresses)) return *address;
  return fail(ErrorKind::conflict,
              std::format("all {} addresses of {} are given out", settings_.addresses.size(),
                          to_string(settings_.addresses)),
              "make nodes.addresses larger in cluster.yaml, or remove nodes");
}

Status Allocation::has_addresses_for(std::size_t count) const {
  if (addressing_ == Addressing::observed || count == 0) return {};
  const std::size_t free = ledger_.directory().free_addresses(settings_.addresses);
  if (free >= count) return {};
  return fail(ErrorKind::conflict,
              std::format("{} machines wait, and {} of the {} addresses of {} are free", count,
                          free, settings_.addresses.size(), to_string(settings_.addresses)),
              "make nodes.addresses larger in cluster.yaml, or remove nodes; none was adopted");
}

Status Allocation::name(Member member, std::string name, Now now) {
  TRY_ASSIGN(const Ipv4Address address, free_address());
  auto node = std::make_shared<Node>(*member.node);
  node->name = std::move(name);
  node->address = address;
  node->profile = settings_.default_profile;
  node->state = NodeState::adopted;
  node->reason.clear();
  const std::string has = address.value == 0 ? "" : ", address " + to_string(address);
  Outcome outcome{.write = Write::decided,
                  .events = {event(*node, "adopted", "named " + node->name + has, now)}};
  member.node = std::move(node);
  ledger_.put(std::move(member), std::move(outcome), now);
  return {};
}

Status Allocation::take_address(const std::string& id, Ipv4Address address, Now now) {
  Member member = *ledger_.find(id);
  Ipv4Address wanted = member.node->address;
  if (addressing_ == Addressing::observed) {
    wanted = address;
  } else if (wanted.value == 0) {
    TRY_ASSIGN(wanted, free_address());
  }
  if (wanted == member.node->address) return {};
  if (const std::string owner = ledger_.directory().by_address(wanted); !owner.empty()) {
    // The other server gave it to this machine: who had it has another when it comes again.
    Member before = *ledger_.find(owner);
    auto without = std::make_shared<Node>(*before.node);
    without->address = {};
    before.node = std::move(without);
    ledger_.put(std::move(before), {.write = Write::relaxed}, now);
  }
  auto node = std::make_shared<Node>(*member.node);
  node->address = wanted;
  Outcome outcome{.write = Write::relaxed,
                  .events = {event(*node, "address", "has " + to_string(wanted), now)}};
  member.node = std::move(node);
  ledger_.put(std::move(member), std::move(outcome), now);
  return {};
}

}  // namespace muster::provisioning
