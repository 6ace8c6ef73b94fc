#pragma once
// A length of time as people write it: "30 min", "2 h", "7 d". A bare number is refused, since
// nobody can tell its unit.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster {

/// Accepts numbers with the units s, min, h, d and w, also several: "1 h 30 min".
/// Errors: not a duration, no unit, unknown unit, more than 100 years.
Result<std::chrono::seconds> parse_duration(std::string_view text);

/// A length of time as Slurm's programs take it (sbatch(1), `--time`): "90" and "90:30" are minutes
/// and seconds, "1:30:00" hours, "7-12", "7-12:30" and "7-00:00:00" days and hours. None when the
/// text has another form or says more than 100 years.
std::optional<std::chrono::seconds> parse_slurm_duration(std::string_view text);

/// The shortest exact form: "30 min", "1 d", "90 s". Zero is "0 s".
std::string to_string(std::chrono::seconds duration);

}  // namespace muster
