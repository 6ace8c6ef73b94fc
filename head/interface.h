#pragma once
// The network cards of the head, as the kernel reports them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::head {

/// An Ethernet link of the head.
struct Interface {
  std::string name;
  /// The address that the card was made with: a bond gives its cards another.
  std::string mac;
  /// A default route goes through it: it leads to the site, not to the cluster.
  bool default_route = false;
  bool carrier = false;
  /// No card but made by somebody: a bond, a bridge, a VLAN. Taken when it is named, never by
  /// itself.
  bool made = false;
  /// The DHCP server that answered there; none when nobody did, or nobody asked.
  std::optional<std::string> dhcp_server = {};
};

/// Links from `ip -json -details link` and routes from `ip -json route`.
/// Errors: not what iproute2 writes.
Result<std::vector<Interface>> parse_interfaces(std::string_view links, std::string_view routes);

}  // namespace muster::head
