#pragma once
// Chance in pauses, so that no two machines take the same ones.

#include <chrono>

#include "core/base/backoff.h"

namespace muster::os {

/// A new random part at every call. Threads: any.
Part random_part();

/// From nothing up to `most`: machines that began together do not do the same together for ever.
/// Threads: any.
std::chrono::milliseconds random_time(std::chrono::milliseconds most);

/// Waits `base` and up to half as long again.
void pause_with_jitter(std::chrono::milliseconds base);

}  // namespace muster::os
