#pragma once
// An HTTP server on a Unix socket, by GNU libmicrohttpd. nginx stands between it and the network;
// the socket's permissions say who may speak to it.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace muster::os {

struct ServerRequest {
  std::string method;
  /// Decoded path without the query.
  std::string path;
  std::map<std::string, std::string> query;
  /// Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;
};

struct ServerResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

struct ServerOptions {
  std::filesystem::path socket;
  /// Permission bits and group of the socket file; the parent directory must exist.
  std::uint32_t mode = 0660;
  int gid = -1;
  /// A larger body is refused with 413 before it is kept.
  std::size_t body_limit = 1U << 20U;
  /// Requests that are worked on at once.
  unsigned threads = 4;
};

/// Serves until it is destroyed. Threads: `handler` is called from several threads at once.
class HttpServer {
 public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;
  /// Errors: the socket cannot be made.
  static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options, Handler handler);
  virtual ~HttpServer() = default;
};

}  // namespace muster::os
