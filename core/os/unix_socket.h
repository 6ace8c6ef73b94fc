#pragma once
// Unix sockets that carry lines of text, as QEMU's monitor and guest agent do (JSON, one value a
// line). Paths may be longer than sun_path holds: the socket is then reached through its directory.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::os {

using Deadline = std::chrono::steady_clock::time_point;

/// The moment `time` from now.
Deadline in(std::chrono::milliseconds time);

/// Who may connect to a listening socket, and how many may wait.
struct ListenerOptions {
  /// Permission bits of the socket file.
  std::uint32_t mode = 0600;
  /// Group of the socket file; -1: that of the directory's rules.
  int gid = -1;
  /// Connections that wait to be taken; the kernel allows net.core.somaxconn (listen(2)).
  int backlog = 16;
};

/// A listening stream socket at `path`; a socket left there is replaced. Nobody can connect before
/// the file has its owner and mode.
Result<Handle> listen_unix(const std::filesystem::path& path, const ListenerOptions& options = {});

/// Takes one connection. Errors: the world's.
Result<Handle> accept_unix(const Handle& listener);

/// Errors: nobody listens there.
Result<Handle> connect_unix(const std::filesystem::path& path);

/// Two connected ends.
Result<std::pair<Handle, Handle>> make_socket_pair();

/// Sends and receives lines over a connected socket. Owns: the socket.
class LineChannel {
 public:
  explicit LineChannel(Handle socket, std::size_t line_limit = 64U << 20);

  int descriptor() const { return socket_.get(); }

  /// Sends `line` and an end of line. Errors: the other side is gone; the time is over.
  Status send_line(std::string_view line, Deadline deadline);

  /// The next line without its end. Errors: the other side is gone; the time is over; too long.
  Result<std::string> receive_line(Deadline deadline);

  /// The next line if it has wholly arrived; none when it has not. Never waits.
  /// Errors: the other side is gone and nothing is left; too long.
  Result<std::optional<std::string>> poll_line();

 private:
  Result<std::optional<std::string>> take_line();

  Handle socket_;
  std::size_t line_limit_;
  std::string pending_;
  /// How much of `pending_` is known to hold no end of line, so that a long line is scanned once.
  std::size_t scanned_ = 0;
};

}  // namespace muster::os
