#pragma once
// Quantities and addresses as types, so that a size is never a string and never without its unit.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster {

/// A number of bytes. Written "20 GiB", "512MiB", "1.5 GB" or "4096" (plain bytes).
struct Bytes {
  std::uint64_t count = 0;

  constexpr std::uint64_t mib() const { return count >> 20; }
  static constexpr Bytes from_mib(std::uint64_t mib) { return Bytes{mib << 20}; }
  auto operator<=>(const Bytes&) const = default;
};

/// Errors: not a size, unknown unit, does not fit in 64 bits.
Result<Bytes> parse_bytes(std::string_view text);

/// The shortest exact form with a binary unit: "20 GiB", "1536 MiB", "7 B".
std::string to_string(Bytes bytes);

/// Rounded for people: "1.4 GiB".
std::string human(Bytes bytes);

/// A 48-bit Ethernet address (IEEE 802). Text is lower case with colons.
struct MacAddress {
  std::array<std::uint8_t, 6> octets{};

  bool is_multicast() const { return (octets[0] & 1U) != 0; }
  auto operator<=>(const MacAddress&) const = default;
};

/// Accepts "52:54:00:12:34:56" and "52-54-00-12-34-56" in either case.
/// Errors: not six octets; the zero address; a multicast address, which no machine owns.
Result<MacAddress> parse_mac(std::string_view text);
std::string to_string(MacAddress mac);

/// An IPv4 address in host byte order, so that ranges can be counted.
struct Ipv4Address {
  std::uint32_t value = 0;
  auto operator<=>(const Ipv4Address&) const = default;
};

/// Errors: not four decimal octets of at most 255 (leading zeros are refused: some read them as
/// octal).
Result<Ipv4Address> parse_ipv4(std::string_view text);
std::string to_string(Ipv4Address address);

/// An address with its prefix: "10.42.0.1/16" keeps both the host's address and its network.
struct Ipv4Interface {
  Ipv4Address address;
  int prefix = 24;

  std::uint32_t mask() const {
    return prefix == 0 ? 0U : ~std::uint32_t{0} << (32 - static_cast<unsigned>(prefix));
  }
  Ipv4Address network() const { return {address.value & mask()}; }
  Ipv4Address broadcast() const { return {address.value | ~mask()}; }
  bool contains(Ipv4Address other) const { return (other.value & mask()) == network().value; }
  auto operator<=>(const Ipv4Interface&) const = default;
};

/// Errors: no "/", prefix outside 0–32, bad address.
Result<Ipv4Interface> parse_ipv4_interface(std::string_view text);
std::string to_string(Ipv4Interface interface);

/// A closed range of addresses: "10.42.1.1-10.42.255.254"; "10.0.0.10-50" is a short form.
struct Ipv4Range {
  Ipv4Address first;
  Ipv4Address last;

  std::uint64_t size() const { return std::uint64_t{last.value} - first.value + 1; }
  bool contains(Ipv4Address address) const { return first <= address && address <= last; }
  auto operator<=>(const Ipv4Range&) const = default;
};

/// Errors: no "-", bad address, last before first.
Result<Ipv4Range> parse_ipv4_range(std::string_view text);
std::string to_string(Ipv4Range range);

}  // namespace muster
