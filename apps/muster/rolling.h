#pragma once
// How many nodes may be away at once while nodes are restarted one after another.

#include <cstddef>
#include <string>

#include "core/base/result.h"

namespace muster::cli {

/// "4", or "10%" of `all`, rounded down, and at least one; empty text: 0, which is no limit.
/// Errors: the text is neither; none, or more than all.
Result<std::size_t> count_at_once(const std::string& text, std::size_t all);

}  // namespace muster::cli
