#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/text.h"
#include "core/spec/rules.h"
#include "core/spec/values.h"

namespace muster::spec {
namespace {

constexpr std::array<std::string_view, 7> kKeyTypes = {"ssh-ed25519",
                                                       "ssh-rsa",
                                                       "ecdsa-sha2-nistp256",
                                                       "ecdsa-sha2-nistp384",
                                                       "ecdsa-sha2-nistp521",
                                                       "sk-ssh-ed25519@openssh.com",
                                                       "sk-ecdsa-sha2-nistp256@openssh.com"};

std::optional<std::uint32_t> base64_digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t found = kDigits.find(c);
  if (found == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint32_t>(found);
}

/// The bytes of a base64 text (RFC 4648 §4); none when it is not one.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const auto digit = base64_digit(c);
    if (!digit) return std::nullopt;
    bits = (bits << 6U | *digit) & 0xFFFFFFU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(static_cast<unsigned char>(bits >> count & 0xFFU));
    }
  }
  return bytes;
}

}  // namespace

bool is_ssh_key(std::string_view text) {
  if (text.size() > 16384 || printable(text, text.size() + 1) != text) return false;
  const std::size_t first = text.find(' ');
  if (first == std::string_view::npos) return false;
  const std::string_view type = text.substr(0, first);
  const std::string_view rest = text.substr(first + 1);
  const auto blob = decode_base64(rest.substr(0, rest.find(' ')));
  if (!std::ranges::contains(kKeyTypes, type) || !blob) return false;
  // The key repeats its type behind a length of four bytes.
  const std::string head =
      std::string(3, '\0') + static_cast<char>(type.size()) + std::string(type);
  return blob->starts_with(head) && blob->size() >= head.size() + 32;
}

std::string ssh_key_identity(std::string_view key) {
  const std::size_t type = key.find(' ');
  if (type == std::string_view::npos) return std::string(key);
  return std::string(key.substr(0, key.find(' ', type + 1)));
}

}  // namespace muster::spec
