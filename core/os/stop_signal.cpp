#include "core/os/stop_signal.h"

#include <cerrno>
#include <pthread.h>
#include <signal.h>

#include "core/base/result.h"

namespace muster::os {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = stop_signals();
  CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

bool StopSignal::wait_for(std::chrono::milliseconds time) const {
  const sigset_t set = stop_signals();
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = std::max(std::chrono::nanoseconds(0),
                               std::chrono::nanoseconds(end - std::chrono::steady_clock::now()));
    const timespec limit{.tv_sec = left.count() / 1'000'000'000,
                         .tv_nsec = left.count() % 1'000'000'000};
    if (sigtimedwait(&set, nullptr, &limit) >= 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace muster::os
