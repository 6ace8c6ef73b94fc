#pragma once
// Random numbers of the system's generator.

#include <cstddef>
#include <string>

namespace muster::os {

/// `bytes` random bytes as hexadecimal. For keys and tokens.
std::string random_hex(std::size_t bytes);

}  // namespace muster::os
