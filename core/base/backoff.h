#pragma once
// Pauses between tries that failed: they grow up to a longest one. Pure.

#include <chrono>
#include <cstdint>

namespace muster {

/// A part of a whole: 0 is nothing of it, 1 all.
struct Part {
  double of_one = 0;
};

/// The pause after the first failure, and the longest; a random part is added to both.
struct Backoff {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;

  /// The pause after `failures` tries in a row that failed: twice as long for each up to the
  /// longest, and `part` of half as long again. Without a failure it is `first` alone.
  std::chrono::milliseconds after(int failures, Part part) const;
};

/// When something that fails is tried again. Pure: the time is the caller's.
class Retry {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Retry(Backoff backoff) : backoff_(backoff) {}

  bool is_due(Time now) const { return now >= next_; }

  /// A try at `now` failed.
  void fail(Time now, Part part);

  /// The next try is due at once, and the pauses after it are short again.
  void reset();

  // The same for a time in milliseconds, with pauses of which no part is random.
  bool is_due(std::int64_t steady_ms) const { return is_due(at(steady_ms)); }
  void fail(std::int64_t steady_ms) { fail(at(steady_ms), {}); }

 private:
  static Time at(std::int64_t steady_ms) { return Time(std::chrono::milliseconds(steady_ms)); }

  Backoff backoff_;
  int failures_ = 0;
  Time next_ = Time::min();
};

}  // namespace muster
