#pragma once
// An HTTP server on a Unix socket, by GNU libmicrohttpd. nginx stands between it and the network;
// the socket's permissions say who may speak to it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/os/caught_exceptions.h"
#include "core/os/http_message.h"

namespace muster::os {

struct ServerOptions {
  std::filesystem::path socket;
  /// Permission bits and group of the socket file; the parent directory must exist.
  std::uint32_t mode = 0660;
  int gid = -1;
  /// A word that its requests have: which of several servers they came to.
  std::string door = {};
  /// A larger body is refused with 413 before it is kept.
  std::size_t body_limit = 1U << 20U;
  /// Threads that read requests and send answers, and that call the handler.
  unsigned threads = 4;
  /// Connections at once; a request that waits for its answer has one. More wait in the listen
  /// queue. One server takes no more than three quarters of the descriptors that this process may
  /// have (RLIMIT_NOFILE, getrlimit(2)).
  unsigned connection_limit = 16'384;
  /// Connections that wait to be taken; the kernel allows net.core.somaxconn (listen(2)).
  int backlog = 4'096;
};

/// Serves until it is destroyed. Then each request that still waits is answered with 503, and a
/// reply that comes later goes nowhere. Threads: the handler is called from several threads at
/// once.
class HttpServer {
 public:
  /// Errors: the socket cannot be made.
  static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options,
                                                   AsyncHandler handler);
  /// The same for a handler that answers before it returns.
  static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options, Handler handler);

  virtual ~HttpServer() = default;

  /// How many requests may wait for their answers at once: ServerOptions::connection_limit, or what
  /// the descriptors of this process allow.
  virtual unsigned connection_limit() const = 0;

  /// Exceptions that the handler threw; each of these requests was answered with 500.
  virtual CaughtExceptions::Seen exceptions() const = 0;
};

}  // namespace muster::os
