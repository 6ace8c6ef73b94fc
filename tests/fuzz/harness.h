#pragma once
// What every fuzz harness defines, and how it says that a promise is broken.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/result.h"

/// Runs the target once on `data`. Returns 0; a broken promise ends the program (CHECK).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace muster::fuzz {

/// The input as text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Whether a person can read the error on a terminal without the terminal obeying it.
inline bool is_explained(const Error& error) {
  return !error.message.empty() && std::ranges::none_of(error.text(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

}  // namespace muster::fuzz
