#include "core/os/clock.h"

#include <chrono>

namespace muster::os {
namespace {

template <class Clock>
std::int64_t milliseconds_of() {
  const auto now = Clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

std::int64_t now_ms() { return milliseconds_of<std::chrono::system_clock>(); }

std::int64_t steady_ms() { return milliseconds_of<std::chrono::steady_clock>(); }

}  // namespace muster::os
