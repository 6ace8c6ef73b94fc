#include "core/os/http_message.h"

#include <nlohmann/json.hpp>

namespace muster::os {

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
  using nlohmann::json;
  ServerResponse response{.status = http_status(error.kind),
                          .body = json{{"error", error.message}, {"hint", error.hint}}.dump(
                              -1, ' ', false, json::error_handler_t::replace)};
  if (error.kind == ErrorKind::busy) response.headers["Retry-After"] = "1";
  return response;
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
