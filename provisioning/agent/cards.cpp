#include "provisioning/agent/cards.h"

#include "provisioning/agent/sysfs.h"

namespace muster::agent {
namespace {

namespace fs = std::filesystem;

Card::Bus bus_of(const fs::path& card) {
  std::error_code error;
  const fs::path device = fs::canonical(card / "device", error);
  return !error && device.string().contains("/usb") ? Card::Bus::usb : Card::Bus::other;
}

}  // namespace

std::vector<Card> read_cards(const fs::path& root) {
  std::vector<Card> cards;
  for (const std::string& name : names_in(root / "sys/class/net")) {
    const fs::path card = root / "sys/class/net" / name;
    // ARPHRD_ETHER (linux/if_arp.h)
    if (read_value(card / "type") != "1" || !fs::exists(card / "device")) continue;
    if (const auto mac = parse_mac(read_value(card / "address"))) {
      cards.push_back({.name = name, .mac = *mac, .bus = bus_of(card)});
    }
  }
  return cards;
}

}  // namespace muster::agent
