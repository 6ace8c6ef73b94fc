#include "provisioning/agent/boot_card.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "provisioning/agent/cards.h"
#include "provisioning/agent/sysfs.h"

namespace muster::agent {

std::optional<MacAddress> read_boot_card(const std::filesystem::path& root) {
  std::vector<Card> cards = read_cards(root);
  const auto named = parse_mac(kernel_argument(root, "BOOTIF=01-"));
  if (named && std::ranges::contains(cards, *named, &Card::mac)) return *named;
  for (const Card& card : cards) {
    std::error_code error;
    if (std::filesystem::exists(root / "run" / std::format("net-{}.conf", card.name), error)) {
      return card.mac;
    }
  }
  std::erase_if(cards, [](const Card& card) { return card.bus == Card::Bus::usb; });
  if (cards.size() == 1) return cards.front().mac;
  return std::nullopt;
}

std::string render_boot_network(std::optional<MacAddress> card) {
  return std::format(
      "# Written by muster-agent in the initrd: the card that this node booted from.\n"
      "[Match]\n"
      "Type=ether\n"
      "Kind=!*\n"
      "{}"
      "\n"
      "[Network]\n"
      "DHCP=ipv4\n"
      "LinkLocalAddressing=no\n"
      "IPv6AcceptRA=no\n"
      "# A head that is away for longer than a lease takes no job's network.\n"
      "KeepConfiguration=dhcp\n"
      "\n"
      "[DHCPv4]\n"
      "ClientIdentifier=mac\n"
      "UseHostname=no\n"
      "UseDNS=no\n"
      "SendHostname=no\n",
      card ? std::format("MACAddress={}\n", to_string(*card)) : "");
}

}  // namespace muster::agent
