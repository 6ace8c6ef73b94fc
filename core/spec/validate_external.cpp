// The rules between fields that are about the head's network to the site.

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/spec/validate_parts.h"

namespace muster::spec {
namespace {

using Card = ExternalCard::Kind;

void check_card(const Head& head, Findings& findings) {
  const External& external = head.external;
  // In a VLAN the site's network may arrive on the nodes' card.
  const bool shares = external.card.kind == Card::named && head.interface == external.card.name;
  if (shares && !external.vlan) {
    findings.push_back({{"head.external.interface", "head.interface"},
                        std::format("head.external.interface: '{}' leads to the nodes already",
                                    external.card.name),
                        "name another card, or leave out the key"});
  }
  for (std::size_t i = 0; i < external.bond.size(); ++i) {
    const std::string path = std::format("head.external.bond[{}]", i);
    const std::string& card = external.bond[i];
    if (head.interface == card) {
      findings.push_back({{path, "head.interface"},
                          std::format("{}: '{}' leads to the nodes already", path, card),
                          "name other cards"});
    }
    if (external.card.kind == Card::named && external.card.name == card) {
      findings.push_back(
          {{"head.external.interface", path},
           std::format("head.external.interface: '{}' is a card of the bond, not its name", card),
           "write a name for the bond, such as 'bond0', or leave out the key"});
    }
    if (std::ranges::count(external.bond, card) > 1 &&
        std::ranges::find(external.bond, card) - external.bond.begin() ==
            static_cast<std::ptrdiff_t>(i)) {
      findings.push_back(
          {{path}, std::format("{}: '{}' is written twice", path, card), "write each card once"});
    }
  }
}

/// Two networks that share addresses cannot be told apart by a route.
bool overlap(const Ipv4Interface& a, const Ipv4Interface& b) {
  return a.contains(b.network()) || b.contains(a.network());
}

/// A private network for the nodes (RFC 1918) that has no address in common with the site's.
Ipv4Interface network_beside(const Ipv4Interface& site) {
  const std::array<Ipv4Interface, 3> usual = {{{.address = {0x0A2A0001}, .prefix = 16},
                                               {.address = {0xAC160001}, .prefix = 16},
                                               {.address = {0xC0A84D01}, .prefix = 24}}};
  return *std::ranges::find_if(usual, [&](const Ipv4Interface& each) {
    return !overlap(each, site) || &each == &usual.back();
  });
}

void check_static(const Head& head, const Ipv4Interface& own, Findings& findings) {
  const std::string path = "head.external.address";
  const External& external = head.external;
  if (overlap(own, head.address)) {
    findings.push_back(
        {{path, "head.address"},
         std::format("{}: {}/{} and the nodes' network {}/{} have addresses in common", path,
                     to_string(own.network()), own.prefix, to_string(head.address.network()),
                     head.address.prefix),
         std::format("give the nodes another network, such as head.address: '{}'",
                     to_string(network_beside(own)))});
  }
  const bool last =
      own.prefix < 31 && (own.address == own.network() || own.address == own.broadcast());
  if (last || own.prefix == 0) {
    findings.push_back({{path},
                        std::format("{}: {} is no address of a machine", path, to_string(own)),
                        "write the address and prefix that the site gave you"});
  }
  if (external.gateway && (!own.contains(*external.gateway) || *external.gateway == own.address)) {
    findings.push_back(
        {{"head.external.gateway", path},
         std::format("head.external.gateway: {} is no other machine in {}/{}",
                     to_string(*external.gateway), to_string(own.network()), own.prefix),
         "write the router's address in that network"});
  }
}

/// Settings of a network that the file says the head has not.
void check_absent(const External& external, Findings& findings) {
  const bool has_settings = external.address || external.gateway || !external.dns.empty() ||
                            external.vlan || !external.bond.empty();
  if (external.card.kind != Card::none || !has_settings) return;
  findings.push_back({{"head.external.interface"},
                      "head.external.interface: 'none' beside settings of that network",
                      "name the card, write 'auto', or remove the settings"});
}

}  // namespace

void check_external(const ClusterSpec& spec, Findings& findings) {
  const External& external = spec.head.external;
  check_card(spec.head, findings);
  check_absent(external, findings);
  if (external.address) {
    check_static(spec.head, *external.address, findings);
  } else if (external.gateway) {
    findings.push_back({{"head.external.gateway", "head.external.address"},
                        "head.external.gateway: DHCP names the router",
                        "write head.external.address as well, or remove the gateway"});
  }
  const bool routed = spec.nodes.route == Route::nat || spec.nodes.route == Route::direct;
  if (routed && external.card.kind == Card::none) {
    findings.push_back({{"nodes.route", "head.external.interface"},
                        "nodes.route: the head has no network that nodes could reach by it",
                        "write 'none', or name the card in head.external.interface"});
  }
}

}  // namespace muster::spec
