#pragma once
// Network namespaces without names: one lives as long as a process is in it, and is reached by that
// process (network_namespaces(7)). Nothing is bound under /run/netns, so nothing can be left
// behind.

#include "core/base/result.h"
#include "core/os/handle.h"
#include "core/os/process.h"

namespace muster::os {

/// Moves this process into a new, empty network namespace.
/// Errors: not root; the kernel has none. Threads: before any thread is started.
Status enter_new_network_namespace();

/// Moves this process into the network namespace of `process`.
/// Errors: the process is gone (its pid may be another's by now); not permitted.
/// Threads: before any thread is started.
Status enter_network_namespace_of(const ProcessId& process);

}  // namespace muster::os
