#pragma once
// HTTP requests by libcurl, over TCP, TLS or a Unix socket.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::os {

/// Client side of TLS: whom to believe and who we are.
struct TlsFiles {
  std::filesystem::path ca;
  /// Both empty when the server does not ask who we are.
  std::filesystem::path certificate;
  std::filesystem::path key;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string body;
  /// Further fields, by name. Neither has a line end.
  std::map<std::string, std::string> headers = {};
  /// Connect to this Unix socket in place of the URL's host.
  std::optional<std::filesystem::path> unix_socket = {};
  std::optional<TlsFiles> tls = {};
  /// First byte wanted, for going on with a broken transfer (RFC 9110 §14.2).
  std::uint64_t offset = 0;
  std::chrono::milliseconds timeout{30'000};
  /// Given each piece of the body as it comes in place of keeping it; false stops the transfer.
  /// Then a status from 400 on is an error, and nothing of its body is given.
  std::function<bool(std::string_view)> on_data = {};
  /// Asked about once a second while the answer is waited for; true ends that.
  std::function<bool()> is_unwanted = {};
};

struct HttpResponse {
  int status = 0;
  std::string body;
  std::string content_type;
};

/// Sends one request. A response of any status is a success here.
/// Errors: no connection, TLS refused, time ran out (no byte for 30 s when streaming), stopped,
/// unwanted, an exception of a function of the request.
Result<HttpResponse> send(const HttpRequest& request);

}  // namespace muster::os
