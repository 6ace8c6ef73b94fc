#pragma once
// Commands in a guest by QEMU's guest agent (docs/interop/qemu-ga-ref), over the virtio-serial port
// that the machine's emulator offers as a Unix socket. No login, no prompt, no network.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/os/unix_socket.h"

namespace muster::lab {

struct GuestCommand {
  std::vector<std::string> argv;
  /// Given to the command's standard input; empty input when absent.
  std::optional<std::string> input = {};
};

struct GuestResult {
  /// Exit status, or 128 + signal number.
  int status = 0;
  std::string out;
  std::string err;
  /// The agent keeps 16 MiB of each output; what came after is lost.
  enum class Output { whole, cut } output = Output::whole;
};

/// Waits a while, because the protocol tells the end of a command only to who asks.
/// Errors: there is no reason to go on, such as the machine being off.
using Pause = std::function<Status(std::chrono::milliseconds)>;

/// The agent of one machine. Each question is a connection of its own: the socket serves one at a
/// time, and a command that runs for an hour must not shut others out.
class GuestAgent {
 public:
  GuestAgent(std::filesystem::path socket, Pause pause);

  /// Whether the agent answers. Errors: it does not, until the deadline.
  Status ping(os::Deadline deadline) const;

  /// Runs a command to its end. Errors: the agent is silent; the guest lost the command (it was
  /// reset); the deadline came first (the command goes on in the guest).
  Result<GuestResult> run(const GuestCommand& command, std::optional<os::Deadline> deadline) const;

 private:
  std::filesystem::path socket_;
  Pause pause_;
};

}  // namespace muster::lab
