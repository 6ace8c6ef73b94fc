#pragma once
// Notices that the head's clock was set: by chrony after a dead battery, by hand. Silence, windows
// and retries are counted by the clock that people see, and must not jump with it.

#include <cstdint>

namespace muster::daemon {

class ClockWatch {
 public:
  /// `wall_ms` since 1970; `steady_ms` of a clock that nobody sets.
  ClockWatch(std::int64_t wall_ms, std::int64_t steady_ms) : offset_ms_(wall_ms - steady_ms) {}

  /// How far the clock was set forward since the last call, in milliseconds. Small corrections, as
  /// chrony makes them all the time, add up until they count.
  std::int64_t moved_ms(std::int64_t wall_ms, std::int64_t steady_ms);

 private:
  std::int64_t offset_ms_;
};

}  // namespace muster::daemon
