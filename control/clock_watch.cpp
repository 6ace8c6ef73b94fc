#include "control/clock_watch.h"

#include <cstdlib>

namespace muster::control {

std::int64_t ClockWatch::moved_ms(std::int64_t wall_ms, std::int64_t steady_ms) const {
  constexpr std::int64_t kSmallMs = 2'000;
  const std::int64_t moved = wall_ms - steady_ms - offset_ms_;
  return std::abs(moved) < kSmallMs ? 0 : moved;
}

}  // namespace muster::control
