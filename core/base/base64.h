#pragma once
// Base64 (RFC 4648 §4).

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster {

std::string render_base64(std::string_view bytes);

/// Errors: a character outside the alphabet; a length that is no multiple of four.
Result<std::string> parse_base64(std::string_view text);

}  // namespace muster
