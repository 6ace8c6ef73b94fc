#pragma once
// By what machines are found: names, addresses, network cards, UUIDs. And what of these is free.
// Pure; not for several threads.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/units.h"
#include "provisioning/node.h"

namespace muster::provisioning {

class Directory {
 public:
  void add(const Node& node);
  /// `node` as it was added.
  void drop(const Node& node);
  /// `before` as it was added. Costs what differs: most changes of a node change nothing here.
  void change(const Node& before, const Node& after);

  /// The id of the node with this name, id or MAC address; empty when there is none.
  std::string id_of(std::string_view name) const;
  std::string by_name(std::string_view name) const;
  std::string by_mac(MacAddress mac) const;
  std::string by_address(Ipv4Address address) const;

  /// Named nodes by name, then the others by id. Ids.
  void each(const std::function<void(const std::string&)>& look) const;
  std::size_t size() const { return ids_.size(); }

  /// Who a machine is: two ids when it reports cards of both, none when it is new. Cards decide;
  /// the UUID does where no card is known and one machine alone has it. Cheap boards and cloned
  /// virtual machines share one: `lived_lately` says of the machine that has it whether it is still
  /// in use, and then another with other cards is another machine.
  std::vector<std::string> recognise(
      const Hardware& hardware, const std::function<bool(const std::string&)>& lived_lately) const;
  /// The other machines with this UUID.
  std::vector<std::string> twins(const Node& node) const;

  /// "n007": the first that no node has.
  std::string free_name(const std::string& prefix, int digits);
  /// The first of the range that no node has; none: all are taken.
  std::optional<Ipv4Address> free_address(const Ipv4Range& range);
  /// How many of the range no node has.
  std::size_t free_addresses(const Ipv4Range& range) const;

 private:
  void add_name(const Node& node);
  void add_address(const Node& node);
  void add_hardware(const Node& node);
  void drop_name(const Node& node);
  void drop_address(const Node& node);
  void drop_hardware(const Node& node);

  std::set<std::string, std::less<>> ids_;
  std::map<std::string, std::string, std::less<>> by_name_;
  std::set<std::string> unnamed_;
  std::map<std::string, std::set<std::string>> by_uuid_;
  std::map<MacAddress, std::string> by_mac_;
  std::map<std::uint32_t, std::string> by_address_;
  /// Where the search for a free name and address starts; nothing below is free.
  std::uint64_t next_number_ = 1;
  std::uint32_t next_address_ = 0;
};

}  // namespace muster::provisioning
