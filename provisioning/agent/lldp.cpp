#include "provisioning/agent/lldp.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::agent {
namespace {

using provisioning::LldpNeighbour;

/// Types and subtypes of IEEE 802.1AB-2016, tables 8-1 to 8-3.
constexpr unsigned kEnd = 0;
constexpr unsigned kChassisId = 1;
constexpr unsigned kPortId = 2;
constexpr unsigned kSystemName = 5;
constexpr unsigned char kChassisMac = 4;
constexpr unsigned char kPortMac = 3;

constexpr std::uint16_t kProtocol = 0x88CC;
constexpr std::array<unsigned char, 6> kNearestBridge = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x0E};

/// Four of the half minutes after which a switch speaks again.
constexpr auto kHold = std::chrono::seconds(120);

unsigned char byte(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

/// An identifier behind its subtype: an address as hexadecimal, everything else as it is.
std::string identifier(std::string_view value, unsigned char mac_subtype) {
  if (value.size() < 2) return {};
  const std::string_view id = value.substr(1);
  MacAddress mac;
  if (byte(value, 0) != mac_subtype || id.size() != mac.octets.size()) return printable(id, 64);
  std::ranges::transform(id, mac.octets.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return to_string(mac);
}

}  // namespace

std::optional<LldpNeighbour> parse_lldp(std::string_view unit) {
  LldpNeighbour neighbour;
  std::string chassis;
  while (unit.size() >= 2) {
    const unsigned type = byte(unit, 0) >> 1U;
    const std::size_t length = (static_cast<std::size_t>(byte(unit, 0) & 1U) << 8U) | byte(unit, 1);
    if (type == kEnd) break;
    if (unit.size() < 2 + length) return std::nullopt;
    const std::string_view value = unit.substr(2, length);
    if (type == kChassisId) chassis = identifier(value, kChassisMac);
    if (type == kPortId) neighbour.port = identifier(value, kPortMac);
    if (type == kSystemName) neighbour.system = printable(value, 64);
    unit.remove_prefix(2 + length);
  }
  if (neighbour.system.empty()) neighbour.system = chassis;
  if (neighbour.system.empty() || neighbour.port.empty()) return std::nullopt;
  return neighbour;
}

NeighbourListener::NeighbourListener() {
  auto socket = os::PacketSocket::open(kProtocol, kNearestBridge);
  if (socket) socket_ = std::move(*socket);
}

const std::optional<LldpNeighbour>& NeighbourListener::latest() {
  // Each switch speaks every half minute: what waits is little.
  for (int i = 0; socket_ && i < 64; ++i) {
    const auto unit = socket_->receive();
    if (!unit) break;
    auto neighbour = parse_lldp(*unit);
    if (!neighbour) continue;
    const auto now = std::chrono::steady_clock::now();
    // A machine on two switches stays with the one it heard first until that one is silent.
    if (latest_ && *neighbour != *latest_ && now - heard_ < kHold) continue;
    heard_ = now;
    latest_ = std::move(neighbour);
  }
  return latest_;
}

}  // namespace muster::agent
