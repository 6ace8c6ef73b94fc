#pragma once
// Whether the cluster's wire carries, and who else answers DHCP on it.

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/os/stop_signal.h"

namespace muster::helper {

/// Whether something is at the other end of the card's cable.
Result<bool> has_carrier(os::CommandRunner& runner, const std::string& interface);

/// Asks the wire for a DHCP server without taking a lease (dhcpcd(8) --test); its address.
Result<std::optional<std::string>> look_for_dhcp(os::CommandRunner& runner,
                                                 const std::string& interface);

/// The helper's verb beside `prepare`: waits for the cable when there was none, looks then, and
/// looks once more when a switch has opened its port for certain (IEEE 802.1D: 30 s of listening
/// and learning). What it finds goes into the facts, and the daemon starts anew with them.
Status watch_wire(os::CommandRunner& runner, os::StopSignal& stop);

}  // namespace muster::helper
