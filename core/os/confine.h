#pragma once
// A process that gives up all that it does not need before it reads what a stranger wrote.

#include <cstdint>

#include "core/base/result.h"

namespace muster::os {

/// What a confined process may still take.
struct Confinement {
  /// Bytes of memory, and seconds of a processor.
  std::uint64_t memory = 1U << 30;
  std::uint64_t seconds = 120;
};

/// From now on this process writes to what is open, takes memory, and ends: every other system call
/// fails with EPERM (seccomp(2)). It is nobody when it was root, and no file grows by it.
/// Errors: the kernel has no seccomp; nothing was given up then, or a part.
/// Threads: before any thread is started.
Status confine(const Confinement& confinement);

}  // namespace muster::os
