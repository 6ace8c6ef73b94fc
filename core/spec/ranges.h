#pragma once
// The address ranges of a specification that names none.

#include <optional>

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

/// The longest stretch of machines' addresses in the head's network that has neither the head's own
/// nor one of `taken`; none when nothing is left.
std::optional<Ipv4Range> largest_gap(const Ipv4Interface& head, const Ipv4Range& taken);

/// Which ranges a specification names; what it names must lie in the head's network.
struct WrittenRanges {
  std::optional<Ipv4Range> nodes;
  std::optional<Ipv4Range> unknown;
};

/// The ranges as written. One that is not written is the default's, or else what the written one
/// leaves.
Ranges complete_ranges(const Ipv4Interface& head, const WrittenRanges& written);

}  // namespace muster::spec
