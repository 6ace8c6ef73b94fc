#pragma once
// Answers of the administrators' API, for its files only. An error becomes one by os::refusal.

#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/json/json.h"
#include "core/os/http_message.h"
#include "explain/explanations.h"

namespace muster::api {

inline os::ServerResponse answer(const nlohmann::json& value) {
  return {.body = muster::json::render(value)};
}

/// A request that cannot be read: whatever is wrong, it is the request.
inline os::ServerResponse refuse_request(Error error) {
  error.kind = ErrorKind::invalid;
  return os::refusal(error);
}

/// A problem document with the name of what explains it (explain::id_of) as its member `id`; every
/// other answer as it is.
inline os::ServerResponse with_id(os::ServerResponse response) {
  if (response.status < 400) return response;
  nlohmann::json problem = nlohmann::json::parse(response.body, nullptr, false);
  if (!problem.is_object()) return response;
  problem["id"] = explain::id_of(muster::json::text_of(problem, "detail"));
  response.body = muster::json::render(problem);
  return response;
}

/// `{}`, or why not.
inline os::ServerResponse answer(const Status& done) {
  return done ? answer(nlohmann::json::object()) : os::refusal(done.error());
}

}  // namespace muster::api
