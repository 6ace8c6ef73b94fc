#pragma once
// The switch port this machine hangs on, as the switch itself tells every half minute
// (IEEE 802.1AB-2016).

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/os/packet_socket.h"
#include "provisioning/hardware.h"

namespace muster::agent {

/// The neighbour in an LLDP data unit: the TLVs behind the Ethernet header. None when it is damaged
/// or does not say which system and port it comes from.
std::optional<provisioning::LldpNeighbour> parse_lldp(std::string_view unit);

/// Hears neighbours from the moment it is made. A machine on which it cannot listen has none.
class NeighbourListener {
 public:
  NeighbourListener();
  /// The last neighbour that was heard so far; none yet, or none at all.
  const std::optional<provisioning::LldpNeighbour>& latest();

 private:
  std::optional<os::PacketSocket> socket_;
  std::optional<provisioning::LldpNeighbour> latest_;
  std::chrono::steady_clock::time_point heard_;
};

}  // namespace muster::agent
