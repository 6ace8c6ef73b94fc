#pragma once
// The head's network to the site, as root: its addresses, the firewall, what is passed on between
// both networks, and what the site's DHCP server told.

#include <string>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"
#include "head/external.h"
#include "head/facts.h"
#include "head/networks.h"

namespace muster::head {

/// The firewall's rules, written by set_networks; the helper's own directory.
inline constexpr const char* kFirewallRules = "/run/muster/firewall.nft";

/// Which system this is, the specification, and what was decided about its cards.
struct SiteView {
  const spec::ClusterSpec& spec;
  const Networks& networks;
  System system = System::live;
};

/// Sets up both networks: the firewall before the site can send anything, then the addresses, then
/// what is passed on. A server with a system of its own keeps its own network to the site.
/// Errors: a program fails; a file cannot be written.
Status set_networks(os::CommandRunner& runner, const SiteView& view);

/// Has packets passed on between the head's networks again when somebody switched that off.
/// Returns whether it had to.
Result<bool> restore_forwarding(const spec::ClusterSpec& spec, const Facts& facts);

/// Takes firewall and forwarding back on a server with a system of its own. A live head keeps them:
/// it has no other.
Status close_networks(os::CommandRunner& runner, const Facts& facts);

/// The link that has the site's address; empty: there is none.
std::string site_link(const SiteView& view);

/// Writes down what is known of the link to the site when it is another than `before`: for the
/// daemon, and on a live head for dnsmasq and chrony. Returns what is known.
Result<ExternalState> refresh_site(os::CommandRunner& runner, const spec::External& wanted,
                                   const Facts& facts, const ExternalState& before);

}  // namespace muster::head
