#pragma once
// How a message is read from a body: an object within limits, and then its members.

#include <string_view>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "core/json/members.h"

namespace muster::json {

/// What `read` makes of the body's members; it adds what else is wrong to the problems. Errors
/// (ErrorKind::invalid): not a JSON object within `limits`; the first problem.
template <typename Read>
auto parse_message(std::string_view body, Read read, Limits limits = {})
    -> Result<std::invoke_result_t<Read, Members&, Problems&>> {
  TRY_ASSIGN(const Value value, parse_object(body, limits));
  Problems problems;
  Members members(value, problems);
  auto message = read(members, problems);
  TRY(problems.status());
  return message;
}

}  // namespace muster::json
