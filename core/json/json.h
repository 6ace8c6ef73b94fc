#pragma once
// JSON (RFC 8259) as text: strict reading within limits, and writing that never fails. What the
// members of an object mean is read with json::Members.

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"

namespace muster::json {

using Value = nlohmann::json;

/// What a text may need at most to be read.
struct Limits {
  std::size_t bytes = std::size_t{1} << 20U;
  /// Objects and lists inside each other.
  std::size_t depth = 16;
};

/// Errors (ErrorKind::invalid): the text is longer or nested deeper than `limits`, or is not JSON
/// in UTF-8; an object has two members of one name, of which every reader could choose another.
Result<Value> parse(std::string_view text, Limits limits = {});

/// As parse. Errors: also a value that is not an object.
Result<Value> parse_object(std::string_view text, Limits limits = {});

/// A text member of an object that somebody else wrote, such as a tool or an earlier version; empty
/// when it is missing or something else.
std::string text_of(const Value& value, const char* name);

/// The value on one line. Bytes that are not UTF-8 become U+FFFD.
std::string render(const Value& value);

}  // namespace muster::json
