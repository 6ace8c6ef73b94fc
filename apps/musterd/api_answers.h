#pragma once
// Answers of the administrators' API, for its files only.

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/os/http_server.h"

namespace muster::daemon {

inline os::ServerResponse answer(const nlohmann::json& value, int status = 200) {
  return {.status = status,
          .body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

inline os::ServerResponse refuse(int status, const Error& error) {
  return answer({{"error", error.message}, {"hint", error.hint}}, status);
}

}  // namespace muster::daemon
