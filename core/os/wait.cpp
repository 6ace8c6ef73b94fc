#include "core/os/wait.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <format>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

int milliseconds_until(const std::optional<Deadline>& deadline) {
  if (!deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<long long>(left.count(), 0, 1'000'000'000));
}

}  // namespace

Result<std::vector<int>> wait_readable(std::span<const int> descriptors,
                                       std::optional<Deadline> deadline) {
  std::vector<pollfd> waits;
  for (const int fd : descriptors) waits.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  const int count =
      uninterrupted([&] { return poll(waits.data(), waits.size(), milliseconds_until(deadline)); });
  if (count < 0) return fail(std::format("cannot wait: {}", std::strerror(errno)));
  std::vector<int> ready;
  for (const pollfd& wait : waits) {
    if (wait.revents != 0) ready.push_back(wait.fd);
  }
  return ready;
}

Result<Handle> open_signals(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0) {
    return fail(std::format("cannot block signals: {}", std::strerror(errno)));
  }
  Handle descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) return fail(std::format("cannot wait for signals: {}", std::strerror(errno)));
  return descriptor;
}

}  // namespace muster::os
