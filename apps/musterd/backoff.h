#pragma once
// Pauses between attempts that fail: each is twice as long as the one before, up to the longest.
// Pure; times are given by a clock that nobody sets, in milliseconds.

#include <cstdint>

namespace muster::daemon {

class Backoff {
 public:
  Backoff(std::int64_t shortest_ms, std::int64_t longest_ms)
      : shortest_ms_(shortest_ms), longest_ms_(longest_ms), pause_ms_(shortest_ms) {}

  /// Whether the pause after the last failure is over, or there was none.
  bool is_due(std::int64_t now_ms) const { return !failed_ || now_ms >= next_ms_; }

  /// An attempt failed: the next one is due after a pause.
  void failed(std::int64_t now_ms);

  /// An attempt succeeded, or what is attempted is another now.
  void reset();

 private:
  std::int64_t shortest_ms_;
  std::int64_t longest_ms_;
  std::int64_t pause_ms_;
  std::int64_t next_ms_ = 0;
  bool failed_ = false;
};

}  // namespace muster::daemon
