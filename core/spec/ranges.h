#pragma once
// The address ranges of a specification that names none.

#include "core/base/units.h"

namespace muster::spec {

struct Ranges {
  /// Of the cluster's own nodes.
  Ipv4Range nodes;
  /// On loan to machines that are not adopted yet.
  Ipv4Range unknown;
  bool operator==(const Ranges&) const = default;
};

/// Whether a head's network has room for a node and a machine that is unknown, and is no more than
/// one site has.
bool can_hold_cluster(const Ipv4Interface& head);

/// Ranges beside the head's address in its network, without the first and the last address of it.
/// In a network of 512 addresses and more with its head among the first hundred, as 10.42.0.1/16
/// is, they are …0.100 – …0.250 for machines that are unknown, and …1.1 and all behind it for
/// nodes. In any other, what lies on the head's larger side: three quarters for nodes, the last for
/// others. In a network with less than two addresses there, both ranges are the same.
Ranges default_ranges(const Ipv4Interface& head);

}  // namespace muster::spec
