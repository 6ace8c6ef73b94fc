#pragma once
// The head's first minute, as root: choose the cluster's network card, give it its address, look
// for another DHCP server, and write down the facts for the daemon.

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::helper {

/// Errors: the specification is not valid; a program is missing; the network cannot be set up.
Status prepare(os::CommandRunner& runner);

/// What `prepare` set up and a server that is no head any more has not: see close_networks.
Status close_head(os::CommandRunner& runner);

}  // namespace muster::helper
