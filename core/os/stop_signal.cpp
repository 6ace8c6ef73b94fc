#include "core/os/stop_signal.h"

#include <cerrno>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/result.h"

namespace muster::os {
namespace {

/// To ourselves, to end a wait.
constexpr int kWake = SIGUSR1;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

sigset_t awaited_signals() {
  sigset_t set = stop_signals();
  sigaddset(&set, kWake);
  return set;
}

/// Whether one of them is there already.
bool has_come(const sigset_t& set) {
  constexpr timespec kNow{};
  return sigtimedwait(&set, nullptr, &kNow) >= 0;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = awaited_signals();
  CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

bool StopSignal::wait_for(std::chrono::milliseconds time) const {
  const sigset_t set = awaited_signals();
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = std::max(std::chrono::nanoseconds(0),
                               std::chrono::nanoseconds(end - std::chrono::steady_clock::now()));
    const timespec limit{.tv_sec = left.count() / 1'000'000'000,
                         .tv_nsec = left.count() % 1'000'000'000};
    const int came = sigtimedwait(&set, nullptr, &limit);
    // The kernel gives the lower number first, and who is to stop begins nothing more.
    if (came == kWake) return has_come(stop_signals());
    if (came >= 0) return true;
    if (errno != EINTR) return false;
  }
}

void StopSignal::wake() const { CHECK(kill(getpid(), kWake) == 0); }

}  // namespace muster::os
