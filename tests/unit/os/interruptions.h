#pragma once
// Signals that interrupt system calls of a test.

#include <atomic>
#include <csignal>
#include <thread>

#include "core/base/result.h"

namespace muster::os {

/// Interrupts this thread again and again while it lives: the signal's handler only counts.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction action{};
    action.sa_handler = [](int) { count_.fetch_add(1); };
    CHECK(sigaction(SIGUSR1, &action, nullptr) == 0);
    sender_ = std::jthread([target = pthread_self()](const std::stop_token& stop) {
      while (!stop.stop_requested()) pthread_kill(target, SIGUSR1);
    });
  }

  /// Returns when this many more have come. Threads: any but the one that is interrupted.
  static void wait_for(int more) {
    for (const int end = count_ + more; count_ < end;) std::this_thread::yield();
  }

 private:
  static inline std::atomic<int> count_ = 0;
  std::jthread sender_;
};

}  // namespace muster::os
