#pragma once
// Frames of one Ethernet protocol, from every card at once (packet(7)).

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::os {

class PacketSocket {
 public:
  /// Listens for `protocol` (an EtherType) sent to the multicast `group` on the Ethernet cards that
  /// are there now. Errors: not permitted; the kernel has no packet sockets.
  static Result<PacketSocket> open(std::uint16_t protocol,
                                   const std::array<unsigned char, 6>& group);

  /// What follows the Ethernet header of the next frame that came; none when none waits.
  std::optional<std::string> receive() const;

 private:
  explicit PacketSocket(Handle socket) : socket_(std::move(socket)) {}
  Handle socket_;
};

}  // namespace muster::os
