#include "core/os/answer.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <string_view>
#include <unistd.h>

#include "core/os/command.h"
#include "core/os/held_signals.h"
#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

/// Whether there is something to read, or the input ended; false: a signal came.
bool await_input(int descriptor, const HeldSignals& held) {
  pollfd wait{.fd = descriptor, .events = POLLIN, .revents = 0};
  while (!is_interrupted()) {
    const int ready = ppoll(&wait, 1, nullptr, &held.before());
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

}  // namespace

std::optional<std::string> read_answer(int descriptor) {
  const HeldSignals held;
  std::string line;
  std::array<char, 256> buffer{};
  while (await_input(descriptor, held)) {
    const ssize_t count =
        uninterrupted([&] { return read(descriptor, buffer.data(), buffer.size()); });
    if (count <= 0) return line.empty() ? std::nullopt : std::optional(line);
    line += std::string_view(buffer.data(), static_cast<std::size_t>(count));
    // A terminal gives one line at a time (termios(3)).
    if (const std::size_t end = line.find('\n'); end != std::string::npos)
      return line.substr(0, end);
  }
  return std::nullopt;
}

}  // namespace muster::os
