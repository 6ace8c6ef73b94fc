#pragma once
// Pauses between tries that failed: they grow, and no two machines take the same ones. Pure but for
// `random_part`.

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

/// Waits `base` and up to half as long again.
void pause_with_jitter(std::chrono::milliseconds base);

}  // namespace muster::agent
