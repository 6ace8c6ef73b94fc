#include "core/os/http_message.h"

#include <nlohmann/json.hpp>

namespace muster::os {
namespace {

/// RFC 9110 §15
std::string_view phrase_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return status < 500 ? "Bad Request" : "Internal Server Error";
  }
}

}  // namespace

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::denied:
      return 403;
    case ErrorKind::absent:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::busy:
      return 503;
    case ErrorKind::world:
      return 500;
  }
  return 500;
}

ServerResponse refusal(const Error& error) {
  return refusal(error.kind, refusal(http_status(error.kind), error));
}

ServerResponse refusal(ErrorKind kind, ServerResponse told) {
  told.status = http_status(kind);
  if (kind == ErrorKind::busy) told.headers["Retry-After"] = "1";
  return told;
}

ServerResponse refusal(int status, const Error& error) {
  using nlohmann::json;
  const json problem = {{"type", "about:blank"},
                        {"title", phrase_of(status)},
                        {"status", status},
                        {"detail", error.message},
                        {"hint", error.hint}};
  return {.status = status,
          .body = problem.dump(-1, ' ', false, json::error_handler_t::replace),
          .content_type = kProblemType};
}

Reply::~Reply() {
  if (!send_) return;
  send_(refusal({.message = "the head gave this request up without an answer",
                 .hint = "ask again; 'journalctl -u musterd' on the head may say why"}));
}

void Reply::operator()(ServerResponse response) {
  CHECK(send_ != nullptr);
  std::exchange(send_, nullptr)(std::move(response));
}

AsyncHandler to_async(Handler handler) {
  return [handler = std::move(handler)](const ServerRequest& request, Reply reply) {
    reply(handler(request));
  };
}

}  // namespace muster::os
