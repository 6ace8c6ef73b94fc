#pragma once
// Waiting that ends early when the program is asked to stop (SIGTERM, SIGINT).

#include <chrono>

namespace muster::os {

/// Make one before any thread starts: it blocks the signals for all of them.
class StopSignal {
 public:
  StopSignal();
  /// True when the program is asked to stop, false when the time is over first or somebody woke it.
  bool wait_for(std::chrono::milliseconds time) const;
  /// Ends the wait that goes on, or the next one. Threads: from any.
  void wake() const;
};

}  // namespace muster::os
