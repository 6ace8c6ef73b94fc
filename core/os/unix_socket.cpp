#include "core/os/unix_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

/// An address for bind or connect, and the directory that it may go through.
struct Address {
  sockaddr_un value{};
  Handle directory;
};

Result<Address> make_address(const std::filesystem::path& path) {
  Address address;
  address.value.sun_family = AF_UNIX;
  std::string name = path.string();
  if (name.size() >= sizeof address.value.sun_path) {
    address.directory = Handle(open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!address.directory) {
      return fail(
          std::format("cannot open '{}': {}", path.parent_path().string(), std::strerror(errno)));
    }
    name = std::format("/proc/self/fd/{}/{}", address.directory.get(), path.filename().string());
  }
  if (name.size() >= sizeof address.value.sun_path) {
    return fail(std::format("the name of the socket '{}' is too long", path.string()));
  }
  std::ranges::copy(name, address.value.sun_path);
  return address;
}

Handle make_socket() { return Handle(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

/// Waits until the socket is ready. Errors: the time is over.
Status wait_for(int descriptor, short events, Deadline deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{.fd = descriptor, .events = events, .revents = 0};
    const int limit = static_cast<int>(std::clamp<long long>(left.count(), 0, 1'000'000'000));
    const int ready = poll(&wait, 1, limit);
    if (ready > 0) return {};
    if (ready == 0) return fail("no answer in time");
    if (errno != EINTR) return fail(std::format("poll: {}", std::strerror(errno)));
  }
}

}  // namespace

Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

Result<Handle> listen_unix(const std::filesystem::path& path, const ListenerOptions& options) {
  TRY_ASSIGN(const Address address, make_address(path));
  Handle listener = make_socket();
  const auto* name = reinterpret_cast<const sockaddr*>(&address.value);
  std::error_code ignored_when_missing;
  std::filesystem::remove(path, ignored_when_missing);
  // Nobody can connect before listen, which comes last. The mode is set by its name: what bind
  // gives the file is cut by the umask.
  const bool ready =
      listener && bind(listener.get(), name, sizeof address.value) == 0 &&
      (options.gid < 0 ||
       chown(path.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(options.gid)) == 0) &&
      chmod(path.c_str(), options.mode) == 0 && listen(listener.get(), options.backlog) == 0;
  if (!ready) {
    return fail(std::format("cannot listen on '{}': {}", path.string(), std::strerror(errno)));
  }
  return listener;
}

Result<Handle> accept_unix(const Handle& listener) {
  Handle connection(
      uninterrupted([&] { return accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC); }));
  if (!connection) return fail(std::format("cannot take a connection: {}", std::strerror(errno)));
  return connection;
}

Result<Handle> connect_unix(const std::filesystem::path& path) {
  TRY_ASSIGN(const Address address, make_address(path));
  Handle connection = make_socket();
  const auto* name = reinterpret_cast<const sockaddr*>(&address.value);
  // A full listen queue is waited for. What a signal interrupts there has left no trace.
  const auto connected = [&] { return connect(connection.get(), name, sizeof address.value); };
  if (!connection || uninterrupted(connected) != 0) {
    return fail(std::format("cannot connect to '{}': {}", path.string(), std::strerror(errno)));
  }
  return connection;
}

Result<std::pair<Handle, Handle>> make_socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(std::format("cannot make a pair of sockets: {}", std::strerror(errno)));
  }
  return std::pair{Handle(ends[0]), Handle(ends[1])};
}

LineChannel::LineChannel(Handle socket, std::size_t line_limit)
    : socket_(std::move(socket)), line_limit_(line_limit) {}

Status LineChannel::send_line(std::string_view line, Deadline deadline) {
  const std::string text = std::string(line) + "\n";
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t count =
        ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      TRY(wait_for(socket_.get(), POLLOUT, deadline));
    } else if (errno != EINTR) {
      return fail(std::format("the other side is gone: {}", std::strerror(errno)));
    }
  }
  return {};
}

Result<std::string> LineChannel::receive_line(Deadline deadline) {
  while (true) {
    TRY_ASSIGN(auto line, poll_line());
    if (line) return std::move(*line);
    TRY(wait_for(socket_.get(), POLLIN, deadline));
  }
}

Result<std::optional<std::string>> LineChannel::poll_line() {
  while (true) {
    TRY_ASSIGN(auto line, take_line());
    if (line) return line;
    std::array<char, 65536> buffer;
    const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      pending_.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      return fail("the other side is gone");
    } else if (errno == EAGAIN) {
      return std::nullopt;
    }
  }
}

Result<std::optional<std::string>> LineChannel::take_line() {
  const std::size_t end = pending_.find('\n', scanned_);
  if (std::min(end, pending_.size()) > line_limit_) {
    return fail(std::format("a line is longer than {} bytes", line_limit_));
  }
  if (end == std::string::npos) {
    scanned_ = pending_.size();
    return std::nullopt;
  }
  std::string line = pending_.substr(0, end);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  pending_.erase(0, end + 1);
  scanned_ = 0;
  return line;
}

}  // namespace muster::os
