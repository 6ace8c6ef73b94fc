#pragma once
// Pauses between tries that failed: they grow, and no two machines take the same ones. Pure but for
// `random_part` and `pause_with_jitter`.

#include <chrono>

namespace muster::agent {

/// A part of a whole: 0 is nothing of it, 1 all.
struct Part {
  double of_one = 0;
};

/// A new random part at every call. Threads: any.
Part random_part();

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
  explicit Retry(Backoff backoff) : backoff_(backoff) {}

  bool is_due(std::chrono::steady_clock::time_point now) const { return now >= next_; }

  /// A try at `now` failed.
  void fail(std::chrono::steady_clock::time_point now, Part part);

  /// The next try is due at once, and the pauses after it are short again.
  void reset();

 private:
  Backoff backoff_;
  int failures_ = 0;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::time_point::min();
};

/// Waits `base` and up to half as long again.
void pause_with_jitter(std::chrono::milliseconds base);

}  // namespace muster::agent
