#include "core/base/base64.h"

#include <algorithm>
#include <cstdint>

namespace muster {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Three bytes of `bytes` from `at` as one number; those that are missing are zero.
std::uint32_t group_at(std::string_view bytes, std::size_t at) {
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    group <<= 8;
    if (at + i < bytes.size()) group |= static_cast<unsigned char>(bytes[at + i]);
  }
  return group;
}

}  // namespace

std::string render_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t group = group_at(bytes, at);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      text += digit < digits ? kAlphabet[(group >> (18 - 6 * digit)) & 63] : '=';
    }
  }
  return text;
}

Result<std::string> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return fail(ErrorKind::invalid, "not base64: the length is no multiple of four");
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos)
      return fail(ErrorKind::invalid, "not base64: a character of no meaning");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

}  // namespace muster
