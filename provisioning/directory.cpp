#include "provisioning/directory.h"

#include <algorithm>
#include <format>

namespace muster::provisioning {
namespace {

template <typename Map, typename Key>
std::string found_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

/// Takes the entry out unless it is another's meanwhile.
template <typename Map, typename Key>
void erase_own(Map& map, const Key& key, const std::string& id) {
  const auto found = map.find(key);
  if (found != map.end() && found->second == id) map.erase(found);
}

}  // namespace

void Directory::add(const Node& node) {
  ids_.insert(node.id);
  add_name(node);
  add_address(node);
  add_hardware(node);
}

void Directory::add_name(const Node& node) {
  if (node.name.empty()) {
    unnamed_.insert(node.id);
  } else {
    by_name_[node.name] = node.id;
  }
}

void Directory::add_address(const Node& node) {
  if (node.address.value != 0) by_address_[node.address.value] = node.id;
}

void Directory::add_hardware(const Node& node) {
  if (!node.hardware.uuid.empty()) by_uuid_[node.hardware.uuid].insert(node.id);
  for (const MacAddress mac : node.hardware.macs) by_mac_[mac] = node.id;
}

void Directory::drop(const Node& node) {
  ids_.erase(node.id);
  drop_name(node);
  drop_address(node);
  drop_hardware(node);
}

void Directory::change(const Node& before, const Node& after) {
  if (before.name != after.name) {
    drop_name(before);
    add_name(after);
  }
  if (before.address != after.address) {
    drop_address(before);
    add_address(after);
  }
  if (before.hardware.uuid != after.hardware.uuid || before.hardware.macs != after.hardware.macs) {
    drop_hardware(before);
    add_hardware(after);
  }
}

void Directory::drop_name(const Node& node) {
  unnamed_.erase(node.id);
  erase_own(by_name_, node.name, node.id);
  if (!node.name.empty()) next_number_ = 1;
}

void Directory::drop_address(const Node& node) {
  erase_own(by_address_, node.address.value, node.id);
  if (node.address.value != 0) next_address_ = 0;
}

void Directory::drop_hardware(const Node& node) {
  for (const MacAddress mac : node.hardware.macs) erase_own(by_mac_, mac, node.id);
  if (const auto found = by_uuid_.find(node.hardware.uuid); found != by_uuid_.end()) {
    found->second.erase(node.id);
    if (found->second.empty()) by_uuid_.erase(found);
  }
}

std::string Directory::by_name(std::string_view name) const { return found_in(by_name_, name); }

std::string Directory::by_mac(MacAddress mac) const { return found_in(by_mac_, mac); }

std::string Directory::by_address(Ipv4Address address) const {
  return found_in(by_address_, address.value);
}

std::string Directory::id_of(std::string_view name) const {
  if (std::string id = by_name(name); !id.empty()) return id;
  if (ids_.contains(name)) return std::string(name);
  const auto mac = parse_mac(name);
  return mac ? by_mac(*mac) : std::string();
}

void Directory::each(const std::function<void(const std::string&)>& look) const {
  for (const auto& [name, id] : by_name_) look(id);
  for (const std::string& id : unnamed_) look(id);
}

std::vector<std::string> Directory::recognise(
    const Hardware& hardware, const std::function<bool(const std::string&)>& lived_lately) const {
  std::vector<std::string> known;
  for (const MacAddress mac : hardware.macs) {
    std::string owner = by_mac(mac);
    if (owner.empty() || std::ranges::contains(known, owner)) continue;
    known.push_back(std::move(owner));
    if (known.size() == 2) return known;
  }
  const auto found = by_uuid_.find(hardware.uuid);
  if (!known.empty() || hardware.uuid.empty() || found == by_uuid_.end()) return known;
  const bool is_shared = found->second.size() > 1 || lived_lately(*found->second.begin());
  if (!is_shared) known.push_back(*found->second.begin());
  return known;
}

std::vector<std::string> Directory::twins(const Node& node) const {
  const auto found = by_uuid_.find(node.hardware.uuid);
  if (node.hardware.uuid.empty() || found == by_uuid_.end()) return {};
  std::vector<std::string> others(found->second.begin(), found->second.end());
  std::erase(others, node.id);
  return others;
}

std::string Directory::free_name(const std::string& prefix, int digits) {
  while (true) {
    std::string name = std::format("{}{:0{}}", prefix, next_number_, digits);
    if (!by_name_.contains(name)) return name;
    ++next_number_;
  }
}

std::optional<Ipv4Address> Directory::free_address(const Ipv4Range& range) {
  next_address_ = std::max(next_address_, range.first.value);
  while (range.contains({next_address_})) {
    if (!by_address_.contains(next_address_)) return Ipv4Address{next_address_};
    ++next_address_;
  }
  return std::nullopt;
}

std::size_t Directory::free_addresses(const Ipv4Range& range) const {
  const auto taken = std::distance(by_address_.lower_bound(range.first.value),
                                   by_address_.upper_bound(range.last.value));
  return range.size() - static_cast<std::size_t>(taken);
}

}  // namespace muster::provisioning
