#pragma once
// The last resort against code of others that does not end.

#include <chrono>
#include <ctime>

#include "core/base/result.h"

namespace muster::os {

/// The kernel kills this process (SIGKILL) when an object lives longer than its time, whatever the
/// process does then (timer_create(2)).
class KillTimer {
 public:
  /// Errors: the kernel has no timer left.
  static Result<KillTimer> start(std::chrono::milliseconds time);
  KillTimer(KillTimer&& other) noexcept;
  KillTimer& operator=(KillTimer&&) = delete;
  ~KillTimer();

 private:
  explicit KillTimer(timer_t timer) : timer_(timer), is_set_(true) {}

  timer_t timer_ = {};
  bool is_set_ = false;
};

}  // namespace muster::os
