#pragma once
// One moment by both clocks of a machine.

#include <cstdint>

namespace muster {

/// Silence, age and pauses are counted by the clock that nobody sets; people are shown the other.
struct Now {
  /// Milliseconds since 1970.
  std::int64_t wall_ms = 0;
  /// Milliseconds since some moment before.
  std::int64_t steady_ms = 0;
};

}  // namespace muster
