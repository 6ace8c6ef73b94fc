#pragma once
// The head's network to the site as files of systemd-networkd(8): systemd.netdev(5) for a bond and
// a VLAN, systemd.network(5) for addresses. Pure rendering.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/cluster_spec.h"

namespace muster::head {

/// The link that has the site's address, when `card` (a card, or the name of a bond) leads there:
/// "eno2", "external", "eno2.20".
std::string external_link(const spec::External& external, const std::string& card);

/// The nodes' card with the head's address, and the site's VLAN when it arrives on that card.
std::string render_cluster_network(const spec::Head& head, const std::string& card,
                                   const std::string& external_card);

/// Files for /run/systemd/network by their names. Empty where there is no such network.
std::map<std::string, std::string> render_external_network(const spec::External& external,
                                                           const std::string& card,
                                                           const std::string& cluster_card);

/// What networkd knows of the link to the site now.
struct ExternalState {
  std::string link;
  bool carrier = false;
  /// "192.0.2.7/24"; empty: none yet.
  std::string address;
  std::string gateway;
  std::vector<std::string> dns;
  std::vector<std::string> ntp;
  bool operator==(const ExternalState&) const = default;
};

/// Where the helper writes it for the daemon (JSON), and the name servers for dnsmasq.
inline constexpr const char* kExternalState = "/run/muster/external.json";
inline constexpr const char* kExternalResolvers = "/run/muster/resolv.conf";

/// From `networkctl --json=short status LINK`; what it does not say is empty.
/// Errors: not what networkctl writes.
Result<ExternalState> parse_external_state(std::string_view networkctl);

std::string render_external_state(const ExternalState& state);
/// Errors: not what render_external_state wrote.
Result<ExternalState> parse_written_state(std::string_view json);

/// resolv.conf(5) for names outside the cluster: the servers of the specification, else those that
/// the site's DHCP server named.
std::string render_resolvers(const spec::External& external, const ExternalState& state);

/// Lines of chrony.conf(5) for time servers that the site's DHCP server named.
std::string render_time_sources(const ExternalState& state);

}  // namespace muster::head
