#pragma once
// The head's time, which goes on by the clock that nobody sets. Silence, windows and retries are
// counted by it: when somebody sets the other clock, or chrony does after a dead battery, all that
// was noted moves in one step with it, and no request in between sees half of the step.

#include <atomic>
#include <cstdint>

namespace muster::control {

/// Threads: one thread calls `follow`; the others may be called from several.
class ClockWatch {
 public:
  /// `wall_ms` since 1970; `steady_ms` of a clock that nobody sets.
  ClockWatch(std::int64_t wall_ms, std::int64_t steady_ms) : offset_ms_(wall_ms - steady_ms) {}

  /// The time since 1970, by the steady clock and what `follow` told. Units: milliseconds.
  std::int64_t now_ms(std::int64_t steady_ms) const { return offset_ms_ + steady_ms; }

  /// How far the clock was set forward and not followed yet, in milliseconds. Small corrections, as
  /// chrony makes them all the time, add up until they count.
  std::int64_t moved_ms(std::int64_t wall_ms, std::int64_t steady_ms) const;

  /// `now_ms` is so much later from now on.
  void follow(std::int64_t moved_ms) { offset_ms_ += moved_ms; }

 private:
  std::atomic<std::int64_t> offset_ms_;
};

}  // namespace muster::control
