#pragma once
// The clocks of this machine.

#include <cstdint>

namespace muster::os {

/// The clock that people see and may set: milliseconds since 1970.
std::int64_t now_ms();

/// A clock that nobody sets, for what is counted: milliseconds since some moment.
std::int64_t steady_ms();

}  // namespace muster::os
