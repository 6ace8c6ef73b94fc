#pragma once
// How each message of the protocol is read from a body.

#include <string_view>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "core/json/members.h"

namespace muster::provisioning {

/// What `read` makes of the body's members; it adds what else is wrong to the problems. Errors
/// (ErrorKind::invalid): not a JSON object within its limits; the first problem.
template <typename Read>
auto parse_message(std::string_view body, Read read)
    -> Result<std::invoke_result_t<Read, json::Members&, json::Problems&>> {
  TRY_ASSIGN(const json::Value value, json::parse_object(body));
  json::Problems problems;
  json::Members members(value, problems);
  auto message = read(members, problems);
  TRY(problems.status());
  return message;
}

}  // namespace muster::provisioning
