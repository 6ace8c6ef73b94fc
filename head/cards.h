#pragma once
// What the head finds out about its network cards: links, cables, and who answers DHCP there.

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/os/command.h"
#include "head/interface.h"

namespace muster::head {

/// How long a port of a switch may be deaf after its link is up (IEEE 802.1D: 15 s of listening
/// and 15 s of learning).
inline constexpr auto kSpanningTree = std::chrono::seconds(40);

/// Errors: iproute2 is missing or writes something else.
Result<std::vector<Interface>> read_links(os::CommandRunner& runner);

/// Whether something is at the other end of the card's cable.
Result<bool> has_carrier(os::CommandRunner& runner, const std::string& interface);

/// Asks the network for a DHCP server without taking a lease (dhcpcd(8) --test); its address.
/// Answers of `own`, which is this head's server, are ignored.
Result<std::optional<std::string>> look_for_dhcp(os::CommandRunner& runner,
                                                 const std::string& interface,
                                                 std::optional<Ipv4Address> own = {});

/// Brings cards up and waits until each has a carrier, for 8 s at most.
Status bring_up(os::CommandRunner& runner, std::span<const std::string> cards);

/// Asks on all links with a carrier that `cards` names, and notes who answered. A link on which
/// asking failed is one where nobody answered. It takes 6 s for each link without a server.
void ask_all(os::CommandRunner& runner, std::span<const std::string> cards,
             std::span<Interface> links);

}  // namespace muster::head
