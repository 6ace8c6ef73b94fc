#pragma once
// The addresses on loan: whether they become short, and who has them. Pure.

#include <set>
#include <string_view>
#include <vector>

#include "control/problem.h"
#include "core/base/units.h"

namespace muster::control {

/// Who has an address, as dnsmasq(8) keeps it.
struct Lease {
  MacAddress mac;
  Ipv4Address address;
  /// What the client calls itself; empty when it does not say.
  std::string name;
};

/// Lines of dnsmasq's file of leases; what is none is left out.
std::vector<Lease> parse_leases(std::string_view text);

/// Nothing while enough addresses of `loans` are free. `booting` are machines that boot from the
/// network; the others are clients that nobody meant to be on this network.
std::vector<Problem> short_loans(const std::vector<Lease>& leases, const Ipv4Range& loans,
                                 const std::set<MacAddress>& booting);

}  // namespace muster::control
