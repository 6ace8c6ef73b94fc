#pragma once
// What passes between the head's two networks: the rules of nftables (nft(8)) in a table of our
// own, beside whatever else a server has. Pure rendering.

#include <string>

#include "core/spec/cluster_spec.h"

namespace muster::head {

/// Whether a machine passed packets on between its networks before Muster came.
enum class Forwarding { off, on };

struct FirewallView {
  const spec::ClusterSpec& spec;
  /// The links to the nodes and to the site; without the latter there are no rules.
  std::string cluster;
  std::string external;
  /// Whether what arrives from the site is refused but for head.external.open.
  bool filters = true;
  Forwarding before = Forwarding::off;
};

/// How nodes reach the site. Never `automatic`.
spec::Route route_of(const spec::ClusterSpec& spec, const std::string& external);

/// A file for `nft --file`: it replaces the table in one step, or removes it when nothing is to be
/// ruled.
std::string render_firewall(const FirewallView& view);

/// A file for `nft --file` that removes the table.
std::string render_no_firewall();

}  // namespace muster::head
