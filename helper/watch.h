#pragma once
// The helper's verb `watch`: what changes on the head's wires, and what else only root sees there,
// while it runs.

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::helper {

/// Runs until the program is asked to stop.
/// - It waits for the nodes' cable when there was none, looks for a DHCP server then, and looks
///   once more when a switch has opened its port for certain. A server that is found by then
///   silences this head: the fact is written down, and the daemon starts anew with it.
/// - From then on it looks every few minutes. A server that comes later is told and silences
///   nobody: the network is the head's by then.
/// - It follows the network to the site: its address, name servers and time servers; and finds the
///   card that leads there when its cable comes later.
/// - It writes down what the daemon cannot see (helper/observer.h).
Status watch_networks(os::CommandRunner& runner);

}  // namespace muster::helper
