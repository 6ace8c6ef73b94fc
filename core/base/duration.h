#pragma once
// A length of time as people write it: "30 min", "2 h", "7 d". A bare number is refused, since
// nobody can tell its unit.

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster {

/// Accepts numbers with the units s, min, h, d and w, also several: "1 h 30 min".
/// Errors: not a duration, no unit, unknown unit, more than 100 years.
Result<std::chrono::seconds> parse_duration(std::string_view text);

/// The shortest exact form: "30 min", "1 d", "90 s". Zero is "0 s".
std::string to_string(std::chrono::seconds duration);

}  // namespace muster
