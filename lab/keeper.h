#pragma once
// A lab's keeper: the one process that holds the lab's network namespace, is the parent of its
// emulators, and writes its state. It answers requests on a Unix socket. When it ends, in whatever
// way, the kernel ends the emulators and removes the namespace with everything in it.

#include <filesystem>

#include "core/base/result.h"

namespace muster::lab {

/// Keeps the lab in `directory` until it is asked to end or gets SIGTERM. The listening socket and
/// the lab's lock are inherited under the numbers in keeper_protocol.h.
/// Errors: the plan cannot be read; the namespace or the wire cannot be made.
Status run_keeper(const std::filesystem::path& directory);

}  // namespace muster::lab
