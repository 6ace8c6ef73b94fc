#pragma once
// Answers of the administrators' API, for its files only.

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/os/http_server.h"

namespace muster::daemon {

/// The status that says whose turn it is (RFC 9110 §15).
inline int http_status(ErrorKind kind) {
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

inline os::ServerResponse answer(const nlohmann::json& value, int status = 200) {
  return {.status = status,
          .body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

inline os::ServerResponse refuse(const Error& error) {
  return answer({{"error", error.message}, {"hint", error.hint}}, http_status(error.kind));
}

/// A request that cannot be read: whatever is wrong, it is the request.
inline os::ServerResponse refuse_request(Error error) {
  error.kind = ErrorKind::invalid;
  return refuse(error);
}

/// `{}`, or why not.
inline os::ServerResponse answer(const Status& done) {
  return done ? answer(nlohmann::json::object()) : refuse(done.error());
}

}  // namespace muster::daemon
