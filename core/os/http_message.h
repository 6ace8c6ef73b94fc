#pragma once
// What an HTTP server is asked and answers (RFC 9110), without the server: rooms that answer
// requests need no socket, and their tests neither.

#include <functional>
#include <map>
#include <optional>
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
  /// Whose process asks, as the kernel knows it; none: not known. Of what nginx passes on: nginx's.
  std::optional<unsigned> user = {};
  /// ServerOptions::door of the server that it came to.
  std::string door = {};

  bool is_of_root() const { return user == 0U; }
};

struct ServerResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  /// Fields beside Content-Type and Content-Length, such as Retry-After.
  std::map<std::string, std::string> headers = {};
};

/// The status that tells a client of an error (RFC 9110 §15): the request is at fault from 400 on,
/// this machine from 500 on.
int http_status(ErrorKind kind);

/// What a problem document is sent as (RFC 9457 §3).
inline constexpr const char* kProblemType = "application/problem+json";

/// The answer to a request that failed: a problem document (RFC 9457) with the error as its
/// "detail" and the next step as "hint". Its kind is that of the status, so its "type" is
/// "about:blank". Who is told that the server is busy is told in Retry-After when to ask again.
ServerResponse refusal(const Error& error);

/// The same with what a protocol of its own tells.
ServerResponse refusal(ErrorKind kind, ServerResponse told);

/// The same with a status that no kind of error has, such as 405.
ServerResponse refusal(int status, const Error& error);

/// Answers one request, once, from any thread, now or later. A reply that is destroyed unanswered
/// answers 500, so that no client waits for ever.
class Reply {
 public:
  using Send = std::move_only_function<void(ServerResponse)>;

  explicit Reply(Send send) : send_(std::move(send)) {}
  Reply(Reply&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Reply& operator=(Reply&&) = delete;
  ~Reply();

  /// Whether nobody has answered yet, and nobody else has this.
  bool is_open() const { return send_ != nullptr; }

  /// The second call is a bug.
  void operator()(ServerResponse response);

 private:
  Send send_;
};

/// Answers before it returns.
using Handler = std::function<ServerResponse(const ServerRequest&)>;
/// Answers by the reply, before it returns or later.
using AsyncHandler = std::function<void(ServerRequest, Reply)>;

/// The same handler in the other form.
AsyncHandler to_async(Handler handler);

}  // namespace muster::os
