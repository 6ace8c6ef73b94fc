// The values that are about networks: addresses, cards, ports.

#include <array>
#include <format>

#include "core/base/text.h"
#include "core/spec/codecs.h"
#include "core/spec/rules.h"
#include "core/spec/values.h"

namespace muster::spec {

using namespace codecs;

namespace {

constexpr std::array<std::string_view, 4> kRouteWords = {"auto", "none", "nat", "direct"};
constexpr std::array<std::string_view, 3> kFirewallWords = {"auto", "on", "off"};
constexpr std::array<std::string_view, 2> kBondWords = {"active-backup", "802.3ad"};

Result<std::optional<std::string>> parse_interface(std::string_view text) {
  if (text == "auto") return std::nullopt;
  if (!is_interface(text)) return refuse(text, kInterfaceName.type);
  return std::string(text);
}

std::string show_interface(const std::optional<std::string>& value) {
  return value.value_or("auto");
}

Result<ExternalCard> parse_external_card(std::string_view text) {
  if (text == "auto") return ExternalCard{};
  if (text == "none") return ExternalCard{.kind = ExternalCard::Kind::none};
  if (!is_interface(text)) return refuse(text, kExternalCard.type);
  return ExternalCard{.kind = ExternalCard::Kind::named, .name = std::string(text)};
}

std::string show_external_card(const ExternalCard& value) {
  switch (value.kind) {
    case ExternalCard::Kind::automatic:
      return "auto";
    case ExternalCard::Kind::none:
      return "none";
    case ExternalCard::Kind::named:
      return value.name;
  }
  return {};
}

Result<std::optional<Ipv4Interface>> parse_external_address(std::string_view text) {
  if (text == "dhcp") return std::nullopt;
  TRY_ASSIGN(const Ipv4Interface address, parse_ipv4_interface(text));
  return address;
}

std::string show_external_address(const std::optional<Ipv4Interface>& value) {
  return value ? to_string(*value) : "dhcp";
}

/// The name that people know it by.
constexpr OpenPort kSsh = {.protocol = OpenPort::Protocol::tcp, .first = 22, .last = 22};

Result<OpenPort> parse_open_port(std::string_view text) {
  if (text == "ssh") return kSsh;
  const std::size_t slash = text.find('/');
  const std::string_view protocol = text.substr(0, slash);
  if (slash == std::string_view::npos || (protocol != "tcp" && protocol != "udp")) {
    return refuse(text, kOpenPort.type);
  }
  const std::string_view ports = text.substr(slash + 1);
  const std::size_t dash = ports.find('-');
  const auto first = parse_number(ports.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_number(ports.substr(dash + 1));
  if (!first || !last || *first == 0 || *last > 65535 || *last < *first) {
    return refuse(text, kOpenPort.type);
  }
  using Protocol = OpenPort::Protocol;
  return OpenPort{.protocol = protocol == "tcp" ? Protocol::tcp : Protocol::udp,
                  .first = static_cast<std::uint16_t>(*first),
                  .last = static_cast<std::uint16_t>(*last)};
}

std::string show_open_port(const OpenPort& value) {
  if (value == kSsh) return "ssh";
  const bool tcp = value.protocol == OpenPort::Protocol::tcp;
  const std::string range = value.first == value.last
                                ? std::to_string(value.first)
                                : std::format("{}-{}", value.first, value.last);
  return std::format("{}/{}", tcp ? "tcp" : "udp", range);
}

std::string show_address(const Ipv4Interface& value) { return to_string(value); }
std::string show_range(const Ipv4Range& value) { return to_string(value); }
std::string show_one_address(const Ipv4Address& value) { return to_string(value); }

}  // namespace

constinit const Codec<std::string> kHostLabel = {
    {.name = "a host name",
     .allowed = "lower-case letters, digits and inner '-', one letter at least, at most 63, no dot",
     .pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"},
    parse_name<kHostLabel, is_lower_label>,
    same};

constinit const Codec<std::optional<std::string>> kInterfaceName = {
    {.name = "the name of a network card",
     .allowed = "'auto', or a name such as 'enp1s0' (at most 15 letters, digits and '.', '-', '_')",
     .pattern = "^[A-Za-z0-9._-]{1,15}$"},
    parse_interface,
    show_interface};

constinit const Codec<Ipv4Interface> kAddressWithPrefix = {
    {.name = "an IPv4 address with a prefix",
     .allowed = "an address and the length of its network, such as '10.42.0.1/16'",
     .pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$"},
    parse_ipv4_interface,
    show_address};

constinit const Codec<Ipv4Range> kAddressRange = {
    {.name = "a range of IPv4 addresses",
     .allowed = "its first and last address, such as '10.42.1.1-10.42.1.254'",
     .pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3} *- *[0-9]{1,3}((\\.[0-9]{1,3}){3})?$"},
    parse_ipv4_range,
    show_range};

constinit const Codec<Ipv4Address> kAddress = {{.name = "an IPv4 address",
                                                .allowed = "an IPv4 address, such as '192.0.2.1'",
                                                .pattern = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$"},
                                               parse_ipv4,
                                               show_one_address};

constinit const Codec<ExternalCard> kExternalCard = {
    {.name = "the name of a network card",
     .allowed = "'auto', 'none', or a name such as 'eno1' (at most 15 letters, digits and '.', "
                "'-', '_')",
     .pattern = "^[A-Za-z0-9._-]{1,15}$"},
    parse_external_card,
    show_external_card};

constinit const Codec<std::optional<Ipv4Interface>> kExternalAddress = {
    {.name = "an IPv4 address with a prefix",
     .allowed = "'dhcp', or an address and the length of its network, such as '192.0.2.10/24'",
     .pattern = "^(dhcp|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2})$"},
    parse_external_address,
    show_external_address};

constinit const Codec<std::string> kCardName = {
    {.name = "the name of a network card",
     .allowed = "a name such as 'eno1' (at most 15 letters, digits and '.', '-', '_')",
     .pattern = "^[A-Za-z0-9._-]{1,15}$"},
    parse_text<kCardName, is_interface>,
    same};

constinit const Codec<std::string> kTimeServer = {
    {.name = "a host",
     .allowed = "the name or the IPv4 address of a host, such as 'ntp.example.org'",
     .pattern = "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"},
    parse_text<kTimeServer, is_host>,
    same};

constinit const Codec<int> kVlan = {{.name = "the number of a VLAN",
                                     .allowed = "a whole number from 1 to 4094",
                                     .json = JsonKind::integer,
                                     .minimum = 1,
                                     .maximum = 4094},
                                    parse_integer<int, kVlan>,
                                    show_int};

constinit const Codec<BondMode> kBondMode = {
    {.name = "a mode of bonds", .allowed = "'active-backup' or '802.3ad'", .words = kBondWords},
    parse_word<BondMode, kBondMode>,
    show_word<BondMode, kBondMode>};

constinit const Codec<Firewall> kFirewall = {
    {.name = "a choice", .allowed = "'auto', 'on' or 'off'", .words = kFirewallWords},
    parse_word<Firewall, kFirewall>,
    show_word<Firewall, kFirewall>};

constinit const Codec<OpenPort> kOpenPort = {
    {.name = "a port",
     .allowed = "'ssh', or a protocol with a port or a range of ports, such as 'tcp/443' or "
                "'udp/60000-61000'",
     .pattern = "^(ssh|(tcp|udp)/[0-9]{1,5}(-[0-9]{1,5})?)$"},
    parse_open_port,
    show_open_port};

constinit const Codec<Route> kRoute = {
    {.name = "a route", .allowed = "'auto', 'none', 'nat' or 'direct'", .words = kRouteWords},
    parse_word<Route, kRoute>,
    show_word<Route, kRoute>};

}  // namespace muster::spec
