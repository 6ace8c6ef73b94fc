#pragma once
// Which network card of the head is the cluster's. Pure choice over what the kernel reports; never
// a guess: what is not certain is asked.

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::head {

/// An Ethernet link of the head.
struct Interface {
  std::string name;
  std::string mac;
  /// A default route goes through it: it leads to the site, not to the cluster.
  bool default_route = false;
  bool carrier = false;
  /// No card but made by somebody: a bond, a bridge, a VLAN. Taken when it is named, never by
  /// itself.
  bool made = false;
};

/// Links from `ip -json -details link` and routes from `ip -json route`.
/// Errors: not what iproute2 writes.
Result<std::vector<Interface>> parse_interfaces(std::string_view links, std::string_view routes);

struct Choice {
  /// Set when it is certain.
  std::optional<std::string> interface;
  /// Otherwise why not, and the cards to choose from (none: no card at all).
  std::string question;
  std::vector<std::string> candidates;
};

/// The one named in the specification; else the only card; else the only one without a default
/// route.
Choice choose_interface(const std::vector<Interface>& interfaces,
                        const std::optional<std::string>& wanted);

}  // namespace muster::head
