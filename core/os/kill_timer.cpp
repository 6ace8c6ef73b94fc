#include "core/os/kill_timer.h"

#include <csignal>
#include <cstring>
#include <format>
#include <utility>

namespace muster::os {

Result<KillTimer> KillTimer::start(std::chrono::milliseconds time) {
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  timer_t timer = {};
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
    return fail(std::format("cannot make a timer: {}", std::strerror(errno)));
  }
  KillTimer made(timer);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const std::chrono::nanoseconds rest = time - seconds;
  const itimerspec when = {.it_interval = {},
                           .it_value = {.tv_sec = seconds.count(), .tv_nsec = rest.count()}};
  if (timer_settime(timer, 0, &when, nullptr) == 0) return made;
  return fail(std::format("cannot start a timer: {}", std::strerror(errno)));
}

KillTimer::KillTimer(KillTimer&& other) noexcept
    : timer_(other.timer_), is_set_(std::exchange(other.is_set_, false)) {}

KillTimer::~KillTimer() {
  if (is_set_) timer_delete(timer_);
}

}  // namespace muster::os
