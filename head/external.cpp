#include "head/external.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::head {
namespace {

using nlohmann::json;

/// The kernel's IFNAMSIZ without the zero at its end.
constexpr std::size_t kLongestName = 15;

constexpr std::string_view kNoIpv6 = "LinkLocalAddressing=no\nIPv6AcceptRA=no\n";

std::string render_bond(const spec::External& external, const std::string& card) {
  const bool lacp = external.bond_mode == spec::BondMode::lacp;
  return std::format("[NetDev]\nName={}\nKind=bond\n\n[Bond]\nMode={}\nMIIMonitorSec=100ms\n{}",
                     card, lacp ? "802.3ad" : "active-backup",
                     lacp ? "TransmitHashPolicy=layer3+4\n" : "");
}

/// A VLAN on `card`, which has no address of its own unless it is the nodes' card.
std::string render_carrier(const std::string& card, const std::string& link) {
  return std::format("[Match]\nName={}\n\n[Link]\nRequiredForOnline=no\n\n[Network]\nVLAN={}\n{}",
                     card, link, kNoIpv6);
}

std::string render_address(const spec::External& external, const std::string& link) {
  std::string text =
      std::format("[Match]\nName={}\n\n[Link]\nRequiredForOnline=no\n\n[Network]\n", link);
  text += kNoIpv6;
  if (!external.address) {
    // The head's own name is the cluster's; what the site calls this machine is the site's matter.
    return text + "DHCP=ipv4\n\n[DHCPv4]\nUseHostname=no\nSendHostname=no\nUseDomains=no\n";
  }
  text += std::format("Address={}\n", to_string(*external.address));
  if (external.gateway) text += std::format("Gateway={}\n", to_string(*external.gateway));
  return text;
}

/// "192.0.2.1" of the four numbers that networkctl writes; empty for an address of another kind.
std::string address_text(const json& entry) {
  const auto octets = entry.find("Address");
  if (entry.value("Family", 0) != 2 || octets == entry.end() || octets->size() != 4) return {};
  std::vector<std::string> parts;
  for (const json& octet : *octets) parts.push_back(std::to_string(octet.get<unsigned>()));
  return join(parts, ".");
}

std::vector<std::string> addresses_in(const json& status, const char* member) {
  std::vector<std::string> found;
  for (const json& entry : status.value(member, json::array())) {
    if (std::string text = address_text(entry); !text.empty()) found.push_back(std::move(text));
  }
  return found;
}

std::string default_gateway(const json& status) {
  for (const json& route : status.value("Routes", json::array())) {
    const auto gateway = route.find("Gateway");
    const bool is_default =
        route.value("Family", 0) == 2 && route.value("DestinationPrefixLength", 1) == 0;
    if (!is_default || gateway == route.end() || gateway->size() != 4) continue;
    return address_text({{"Family", 2}, {"Address", *gateway}});
  }
  return {};
}

}  // namespace

std::string external_link(const spec::External& external, const std::string& card) {
  if (!external.vlan) return card;
  std::string name = std::format("{}.{}", card, *external.vlan);
  return name.size() <= kLongestName ? name : std::format("external.{}", *external.vlan);
}

std::string render_cluster_network(const spec::Head& head, const std::string& card,
                                   const std::string& external_card) {
  const bool carries_both = head.external.vlan && card == external_card;
  const std::string vlan =
      carries_both ? std::format("VLAN={}\n", external_link(head.external, card)) : "";
  return std::format("[Match]\nName={}\n\n[Network]\nAddress={}\n{}{}ConfigureWithoutCarrier=yes\n",
                     card, to_string(head.address), vlan, kNoIpv6);
}

std::map<std::string, std::string> render_external_network(const spec::External& external,
                                                           const std::string& card,
                                                           const std::string& cluster_card) {
  std::map<std::string, std::string> files;
  if (card.empty()) return files;
  const std::string link = external_link(external, card);
  if (!external.bond.empty()) {
    files["11-muster-bond.netdev"] = render_bond(external, card);
    files["11-muster-bond.network"] =
        std::format("[Match]\nName={}\n\n[Link]\nRequiredForOnline=no\n\n[Network]\nBond={}\n{}",
                    join(external.bond, " "), card, kNoIpv6);
  }
  if (external.vlan) {
    files["12-muster-vlan.netdev"] =
        std::format("[NetDev]\nName={}\nKind=vlan\n\n[VLAN]\nId={}\n", link, *external.vlan);
    if (card != cluster_card) files["12-muster-vlan.network"] = render_carrier(card, link);
  }
  files["13-muster-external.network"] = render_address(external, link);
  return files;
}

Result<ExternalState> parse_external_state(std::string_view networkctl) {
  try {
    const json status = json::parse(networkctl);
    ExternalState state{.link = status.at("Name").get<std::string>(),
                        .gateway = default_gateway(status),
                        .dns = addresses_in(status, "DNS"),
                        .ntp = addresses_in(status, "NTP")};
    const std::string carrier = status.value("CarrierState", "");
    state.carrier = carrier == "carrier" || carrier == "degraded-carrier";
    for (const json& entry : status.value("Addresses", json::array())) {
      const std::string address = address_text(entry);
      if (address.empty()) continue;
      state.address = std::format("{}/{}", address, entry.value("PrefixLength", 32));
      break;
    }
    return state;
  } catch (const json::exception& error) {
    return fail(std::format("networkctl's answer is not understood: {}", printable(error.what())));
  }
}

std::string render_external_state(const ExternalState& state) {
  return json{{"link", state.link},       {"carrier", state.carrier}, {"address", state.address},
              {"gateway", state.gateway}, {"dns", state.dns},         {"ntp", state.ntp}}
             .dump(2) +
         "\n";
}

Result<ExternalState> parse_written_state(std::string_view text) {
  try {
    const json value = json::parse(text);
    return ExternalState{.link = value.at("link").get<std::string>(),
                         .carrier = value.at("carrier").get<bool>(),
                         .address = value.at("address").get<std::string>(),
                         .gateway = value.at("gateway").get<std::string>(),
                         .dns = value.at("dns").get<std::vector<std::string>>(),
                         .ntp = value.at("ntp").get<std::vector<std::string>>()};
  } catch (const json::exception& error) {
    return fail(
        std::format("the state of the external network is damaged: {}", printable(error.what())),
        "run 'systemctl restart muster-watch'");
  }
}

std::string render_resolvers(const spec::External& external, const ExternalState& state) {
  std::string text = "# Written by muster-helper; changes here are lost.\n";
  if (external.dns.empty()) {
    for (const std::string& server : state.dns) text += std::format("nameserver {}\n", server);
  }
  for (const Ipv4Address server : external.dns) {
    text += std::format("nameserver {}\n", to_string(server));
  }
  return text;
}

std::string render_time_sources(const ExternalState& state) {
  std::string text;
  for (const std::string& server : state.ntp) text += std::format("server {} iburst\n", server);
  return text;
}

}  // namespace muster::head
