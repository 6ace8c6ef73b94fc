#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

/// The texts of a key, each behind its length of four bytes (RFC 4251 §5); none when it is cut off.
std::optional<std::vector<std::string_view>> key_parts(std::string_view blob) {
  std::vector<std::string_view> parts;
  while (!blob.empty()) {
    if (blob.size() < 4) return std::nullopt;
    std::size_t length = 0;
    for (const char c : blob.substr(0, 4)) length = length << 8U | static_cast<unsigned char>(c);
    if (length > blob.size() - 4) return std::nullopt;
    parts.push_back(blob.substr(4, length));
    blob.remove_prefix(4 + length);
  }
  return parts;
}

/// Whether a key has the parts that its type wants (RFC 8709 §4, RFC 4253 §6.6, RFC 5656 §3.1,
/// OpenSSH's PROTOCOL.u2f): it repeats its type first.
bool is_whole(std::string_view type, const std::vector<std::string_view>& parts) {
  if (parts.size() < 2 || parts[0] != type) return false;
  if (type == "ssh-ed25519") return parts.size() == 2 && parts[1].size() == 32;
  if (type.starts_with("sk-ssh-ed25519")) return parts.size() == 3 && parts[1].size() == 32;
  const std::size_t wanted = type.starts_with("sk-") ? 4 : 3;
  return parts.size() == wanted && parts[2].size() >= 32;
}

}  // namespace

bool is_ssh_key(std::string_view text) {
  if (text.size() > 16384 || printable(text, text.size() + 1) != text) return false;
  const std::size_t first = text.find(' ');
  if (first == std::string_view::npos) return false;
  const std::string_view type = text.substr(0, first);
  const std::string_view rest = text.substr(first + 1);
  const auto known = std::ranges::find(kKeyTypes, type);
  const auto blob = decode_base64(rest.substr(0, rest.find(' ')));
  if (known == kKeyTypes.end() || !blob) return false;
  const auto parts = key_parts(*blob);
  return parts && is_whole(type, *parts);
}

std::span<const std::string_view> ssh_key_types() { return kKeyTypes; }

std::string ssh_key_identity(std::string_view key) {
  const std::size_t type = key.find(' ');
  if (type == std::string_view::npos) return std::string(key);
  return std::string(key.substr(0, key.find(' ', type + 1)));
}

}  // namespace muster::spec
