#pragma once
// What every fuzz harness defines, and how it says that a promise is broken.

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Runs the target once on `data`. Returns 0; a broken promise ends the program (CHECK).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace muster::fuzz {

/// The input as text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace muster::fuzz
