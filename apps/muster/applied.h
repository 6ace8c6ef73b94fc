#pragma once
// Until the head has tried to make a change true.

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/base/result.h"

namespace muster::cli {

/// The longest step of a plan may take three minutes.
inline constexpr std::chrono::minutes kApplyPatience{5};

/// Waits until the helper has tried this change (GET /v1/applied); whether all steps of its plan
/// succeeded. None: not within `patience`. A daemon that starts anew meanwhile is asked again.
/// Errors: the wait was interrupted.
Result<std::optional<bool>> wait_until_applied(std::uint64_t change,
                                               std::chrono::milliseconds patience);

}  // namespace muster::cli
