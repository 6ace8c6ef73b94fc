#pragma once
// Configuration of the daemons that machines meet on the network: dnsmasq for DHCP, TFTP and names,
// nginx for HTTP. Pure rendering.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "provisioning/node.h"

namespace muster::provisioning {

/// How the head answers DHCP on the nodes' network.
enum class DhcpMode {
  /// Names and TFTP only: somebody else answers there, and nobody said what to do.
  silent,
  /// Addresses come from the other server; we add what to boot (PXE specification §2.2.2).
  proxy,
  /// We are the only server.
  serve,
};

std::string_view to_string(DhcpMode mode);

/// Whether nodes reach more than the cluster by the head.
enum class Passage { closed, open };

/// The network of the nodes, and how the head serves it.
struct NodeNetwork {
  std::string interface;
  Ipv4Interface head;
  std::string head_name;
  std::string cluster;
  Ipv4Range unknown_addresses;
  Ipv4Range node_addresses;
  DhcpMode dhcp = DhcpMode::silent;
  /// Registry::address_lost_ms.
  std::int64_t address_lost_ms = 0;
  /// head::Facts::resolvers.
  std::string resolvers = {};
  /// Whether the head passes on what nodes send to the site.
  Passage passage = Passage::closed;
};

/// dnsmasq(8) configuration; fixed addresses and names come from `hosts_directory` and
/// `names_directory`, which dnsmasq watches. It learns machines from there and never forgets one
/// while it runs, so the text changes, and with it dnsmasq starts anew, when a machine loses its
/// address.
std::string render_dnsmasq(const NodeNetwork& network, const std::string& hosts_directory,
                           const std::string& names_directory, const std::string& tftp_directory);

/// dhcp-host lines of all named nodes, by the name of their file: every address of a machine gives
/// its one address. dnsmasq logs a line for each that it reads again; nodes that are adopted one
/// after the other have neighbouring addresses, so a file holds 64 of those.
std::map<std::string, std::string> render_dhcp_hosts(std::span<const Node> nodes);

/// hosts(5) lines of the head and all named nodes.
std::string render_names(const NodeNetwork& network, std::span<const Node> nodes);

/// What nginx shows the network: boot files, the node endpoints, and nothing else.
struct HttpSite {
  Ipv4Address head;
  /// Directory with the files that machines may fetch, by their hash (blobs.h).
  std::string blobs;
  /// Directory with shimx64.efi and grubx64.efi.
  std::string boot_directory;
  std::string node_socket;
  std::string certificate;
  std::string key;
  std::string ca;
};

/// A whole nginx.conf(5): port 80 for machines that have proved nothing, 443 for TLS.
std::string render_nginx(const HttpSite& site);

}  // namespace muster::provisioning
