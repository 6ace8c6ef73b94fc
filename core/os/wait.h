#pragma once
// Waiting for events of several descriptors at once, and for signals as one of them.

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/os/handle.h"
#include "core/os/unix_socket.h"

namespace muster::os {

/// Waits until one of the descriptors can be read or its other side is gone; the ready ones, none
/// when the deadline came first. No deadline waits for ever. Negative descriptors are passed over.
Result<std::vector<int>> wait_readable(std::span<const int> descriptors,
                                       std::optional<Deadline> deadline = {});

/// Holds back these signals from now on and gives a descriptor that is readable when one is
/// pending. Threads: before any thread is started.
Result<Handle> open_signals(std::initializer_list<int> signals);

}  // namespace muster::os
