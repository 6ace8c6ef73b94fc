#include "core/base/units.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <format>
#include <map>
#include <optional>

#include "core/base/text.h"

namespace muster {
namespace {

std::optional<double> unit_factor(std::string_view unit) {
  static const std::map<std::string, double, std::less<>> factors = {
      {"", 1},          {"b", 1},
      {"kb", 1e3},      {"mb", 1e6},
      {"gb", 1e9},      {"tb", 1e12},
      {"kib", 1024},    {"mib", 1 << 20},
      {"gib", 1 << 30}, {"tib", 1099511627776.0},
      {"k", 1024},      {"m", 1 << 20},
      {"g", 1 << 30},   {"t", 1099511627776.0}};
  const auto found = factors.find(lower(unit));
  if (found == factors.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint8_t> parse_hex_octet(std::string_view text) {
  const auto value = text.size() == 2 ? parse_hex(text) : std::nullopt;
  if (!value) return std::nullopt;
  return static_cast<std::uint8_t>(*value);
}

/// Whether somebody meant an address of IPv6 (RFC 4291 §2.2), with or without a prefix.
bool is_ipv6(std::string_view text) {
  const std::string_view own = text.substr(0, text.find('/'));
  return std::ranges::count(own, ':') >= 2 &&
         own.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

std::unexpected<Error> not_ipv6(std::string_view text) {
  return fail(
      ErrorKind::invalid,
      std::format("'{}' is an IPv6 address, and Muster's networks are IPv4", printable(text)),
      "write an IPv4 address, such as '10.42.0.1'");
}

std::string plain(std::uint64_t number) { return std::format("{}", number); }

/// "255.255.255.0" as 24; none when the text is no network mask (RFC 950).
std::optional<int> prefix_of_mask(std::string_view text) {
  const auto mask = parse_ipv4(text);
  if (!mask) return std::nullopt;
  const int ones = std::countl_one(mask->value);
  const bool contiguous = std::popcount(mask->value) == ones;
  return contiguous ? std::optional(ones) : std::nullopt;
}

/// How people divide the private networks that this address may be of (RFC 1918).
int usual_prefix(Ipv4Address address) {
  const std::uint32_t first = address.value >> 24U;
  return first == 10 || first == 172 ? 16 : 24;
}

/// What somebody meant who wrote an address and no prefix.
Ipv4Interface meant(const Result<Ipv4Address>& address, std::string_view text) {
  if (!address) return {.address = {0x0A2A0001}, .prefix = 16};
  const std::size_t slash = text.find('/');
  const auto mask =
      slash == std::string_view::npos ? std::nullopt : prefix_of_mask(text.substr(slash + 1));
  return {.address = *address, .prefix = mask.value_or(usual_prefix(*address))};
}

/// The machines of a network that was written in place of a range, without the network's first one,
/// which is the head's or a router's as a rule; or two addresses with something else between them.
Ipv4Range meant_range(std::string_view text) {
  if (const auto network = parse_ipv4_interface(text); network && network->prefix <= 29) {
    return {.first = {network->network().value + 2}, .last = {network->broadcast().value - 1}};
  }
  constexpr std::string_view kDigits = "0123456789.";
  const std::size_t end = std::min(text.find_first_not_of(kDigits), text.size());
  const std::size_t dots = std::min(text.find(".."), end);
  const auto first = parse_ipv4(trim(text.substr(0, dots)));
  const std::size_t next = text.find_first_of("0123456789", dots);
  const auto last = next == std::string_view::npos ? first : parse_ipv4(trim(text.substr(next)));
  if (first && last && *first < *last) return {.first = *first, .last = *last};
  if (first) return {.first = *first, .last = {first->value | 254U}};
  return {.first = {0x0A2A0101}, .last = {0x0A2AFFFE}};
}

}  // namespace

Result<Bytes> parse_bytes(std::string_view text) {
  const std::string_view trimmed = trim(text);
  const std::size_t digits = trimmed.find_first_not_of("0123456789.");
  const std::string number(trimmed.substr(0, digits));
  const std::string_view unit =
      digits == std::string_view::npos ? "" : trim(trimmed.substr(digits));
  const auto factor = unit_factor(unit);
  const bool one_point = number.find('.') == number.rfind('.');
  if (number.empty() || number == "." || !one_point || !factor) {
    return fail(ErrorKind::invalid, std::format("'{}' is not a size", printable(text)),
                "write a number and a unit, such as '20 GiB' or '512 MiB'");
  }
  if (const auto whole = parse_number(number); whole && *factor == 1) return Bytes{*whole};
  const double value = std::strtod(number.c_str(), nullptr) * *factor;
  if (!(value < 18446744073709549568.0)) {
    return fail(ErrorKind::invalid, std::format("size '{}' is too large", printable(text)),
                "sizes end at 16 EiB");
  }
  return Bytes{static_cast<std::uint64_t>(std::llround(value))};
}

std::string to_string(Bytes bytes) {
  static constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::uint64_t count = bytes.count;
  std::size_t unit = 0;
  while (count != 0 && count % 1024 == 0 && unit + 1 < kUnits.size()) {
    count /= 1024;
    ++unit;
  }
  return std::format("{} {}", count, kUnits[unit]);
}

std::string human(Bytes bytes) {
  static constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto count = static_cast<double>(bytes.count);
  std::size_t unit = 0;
  while (count >= 1024 && unit + 1 < kUnits.size()) {
    count /= 1024;
    ++unit;
  }
  return unit == 0 ? std::format("{} B", bytes.count)
                   : std::format("{:.1f} {}", count, kUnits[unit]);
}

Result<MacAddress> parse_mac(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorKind::invalid, std::format("'{}' is not an Ethernet address", printable(text)),
                "write six octets, such as '52:54:00:12:34:56'");
  };
  if (text.size() != 17) return bad();
  MacAddress mac;
  for (std::size_t i = 0; i < mac.octets.size(); ++i) {
    const auto octet = parse_hex_octet(text.substr(i * 3, 2));
    if (!octet) return bad();
    mac.octets[i] = *octet;
    if (i > 0 && (text[i * 3 - 1] != text[2] || (text[2] != ':' && text[2] != '-'))) return bad();
  }
  if (mac == MacAddress{} || mac.is_multicast()) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is not the address of one machine", to_string(mac)),
                "the zero address and multicast addresses belong to nobody");
  }
  return mac;
}

std::string to_string(MacAddress mac) {
  const auto& o = mac.octets;
  return std::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", o[0], o[1], o[2], o[3], o[4],
                     o[5]);
}

Result<Ipv4Address> parse_ipv4(std::string_view text) {
  const auto bad = [&] {
    if (is_ipv6(text)) return not_ipv6(text);
    return fail(ErrorKind::invalid, std::format("'{}' is not an IPv4 address", printable(text)),
                "write four numbers of at most 255, such as '10.42.0.1'");
  };
  const std::vector<std::string> parts = split(text, '.');
  if (parts.size() != 4) return bad();
  Ipv4Address address;
  for (const std::string& part : parts) {
    const auto octet = parse_number(part);
    if (!octet || *octet > 255 || (part.size() > 1 && part[0] == '0')) return bad();
    address.value = address.value << 8U | static_cast<std::uint32_t>(*octet);
  }
  return address;
}

std::string to_string(Ipv4Address address) {
  const std::uint32_t v = address.value;
  return std::format("{}.{}.{}.{}", v >> 24U, v >> 16U & 255U, v >> 8U & 255U, v & 255U);
}

Result<Ipv4Interface> parse_ipv4_interface(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view own = text.substr(0, slash);
  if (is_ipv6(own)) return not_ipv6(text);
  const auto prefix =
      slash == std::string_view::npos ? std::nullopt : parse_number(text.substr(slash + 1));
  const auto address = parse_ipv4(own);
  if (!prefix || *prefix > 32) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is not an address with a prefix", printable(text)),
                std::format("write it as '{}'", to_string(meant(address, text))));
  }
  if (!address) return std::unexpected(address.error());
  return Ipv4Interface{.address = *address, .prefix = static_cast<int>(*prefix)};
}

std::string to_string(Ipv4Interface interface) {
  return std::format("{}/{}", to_string(interface.address), interface.prefix);
}

Result<Ipv4Range> parse_ipv4_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is not a range of addresses", printable(text)),
                std::format("write its first and its last address with '-' between them, such as "
                            "'{}'",
                            to_string(meant_range(text))));
  }
  TRY_ASSIGN(const Ipv4Address first, parse_ipv4(trim(text.substr(0, dash))));
  const std::string_view end = trim(text.substr(dash + 1));
  Ipv4Address last;
  if (const auto number = parse_number(end); number && *number <= 255 && end == plain(*number)) {
    last.value = (first.value & ~std::uint32_t{255}) | static_cast<std::uint32_t>(*number);
  } else {
    TRY_ASSIGN(last, parse_ipv4(end));
  }
  if (last < first) {
    return fail(ErrorKind::invalid,
                std::format("range '{}' ends before it starts", printable(text)),
                "write the lower address first");
  }
  return Ipv4Range{.first = first, .last = last};
}

std::string to_string(Ipv4Range range) {
  return std::format("{}-{}", to_string(range.first), to_string(range.last));
}

}  // namespace muster
