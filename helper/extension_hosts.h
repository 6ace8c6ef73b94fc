#pragma once
// The hosts of the extensions that root installed: after a start of the head each listens again.

#include "core/os/command.h"

namespace muster::helper {

/// Starts the sockets of all extensions, without waiting. One that does not start is told here, and
/// by the daemon, and costs nothing else.
void start_extensions(os::CommandRunner& runner);

}  // namespace muster::helper
