#include "core/base/units.h"

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
  if (text.size() != 2) return std::nullopt;
  unsigned value = 0;
  for (const char c : lower(text)) {
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<unsigned>(c - 'a') + 10;
    } else {
      return std::nullopt;
    }
  }
  return static_cast<std::uint8_t>(value);
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
    return fail(std::format("'{}' is not a size", printable(text)),
                "write a number and a unit, such as '20 GiB' or '512 MiB'");
  }
  if (const auto whole = parse_number(number); whole && *factor == 1) return Bytes{*whole};
  const double value = std::strtod(number.c_str(), nullptr) * *factor;
  if (!(value < 18446744073709549568.0)) {
    return fail(std::format("size '{}' is too large", printable(text)), "sizes end at 16 EiB");
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
    return fail(std::format("'{}' is not an Ethernet address", printable(text)),
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
    return fail(std::format("'{}' is not the address of one machine", to_string(mac)),
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
    return fail(std::format("'{}' is not an IPv4 address", printable(text)),
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
  const auto prefix =
      slash == std::string_view::npos ? std::nullopt : parse_number(text.substr(slash + 1));
  if (!prefix || *prefix > 32) {
    return fail(std::format("'{}' is not an address with a prefix", printable(text)),
                "write it as '10.42.0.1/16'");
  }
  TRY_ASSIGN(const Ipv4Address address, parse_ipv4(text.substr(0, slash)));
  return Ipv4Interface{.address = address, .prefix = static_cast<int>(*prefix)};
}

std::string to_string(Ipv4Interface interface) {
  return std::format("{}/{}", to_string(interface.address), interface.prefix);
}

Result<Ipv4Range> parse_ipv4_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    return fail(std::format("'{}' is not a range of addresses", printable(text)),
                "write it as '10.42.1.1-10.42.255.254'");
  }
  TRY_ASSIGN(const Ipv4Address first, parse_ipv4(trim(text.substr(0, dash))));
  TRY_ASSIGN(const Ipv4Address last, parse_ipv4(trim(text.substr(dash + 1))));
  if (last < first) {
    return fail(std::format("range '{}' ends before it starts", printable(text)),
                "write the lower address first");
  }
  return Ipv4Range{.first = first, .last = last};
}

std::string to_string(Ipv4Range range) {
  return std::format("{}-{}", to_string(range.first), to_string(range.last));
}

}  // namespace muster
