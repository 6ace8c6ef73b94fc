#pragma once
// The Ethernet cards of this machine, as Linux shows them
// (Documentation/ABI/testing/sysfs-class-net).

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/units.h"

namespace muster::agent {

struct Card {
  std::string name;
  MacAddress mac;
  /// A card on USB may be a service processor's: every board of its kind shows the same address.
  enum class Bus { usb, other } bus = Bus::other;
};

/// Every card with a device behind it, by name: bridges and the loopback have none.
std::vector<Card> read_cards(const std::filesystem::path& root);

}  // namespace muster::agent
