// The rules between fields that are about the nodes' network.

#include <algorithm>
#include <format>

#include "core/spec/ranges.h"
#include "core/spec/validate_parts.h"

namespace muster::spec {
namespace {

constexpr const char* kAddresses = "nodes.addresses";
constexpr const char* kLoans = "nodes.unknown_addresses";

std::string network_of(const Ipv4Interface& head) {
  return std::format("{}/{}", to_string(head.network()), head.prefix);
}

void check_head(const Ipv4Interface& head, Findings& findings) {
  const std::string path = "head.address";
  if (!can_hold_cluster(head)) {
    findings.push_back(
        {{path},
         std::format("{}: a network of /{} has no room for a cluster", path, head.prefix),
         "use a prefix from /8 to /29; /16 has room for 65,000 nodes, /24 for 190"});
    return;
  }
  if (head.address == head.network() || head.address == head.broadcast()) {
    const bool network = head.address == head.network();
    findings.push_back(
        {{path},
         std::format("{}: {} is the {} address of {}", path, to_string(head.address),
                     network ? "network" : "broadcast", network_of(head)),
         std::format("write an address within it, such as '{}/{}'",
                     to_string(Ipv4Address{head.network().value + 1}), head.prefix)});
  }
  const std::uint32_t first_octet = head.address.value >> 24U;
  if (first_octet == 0 || first_octet == 127 || first_octet >= 224) {
    findings.push_back({{path},
                        std::format("{}: {} is no address of a machine on a network", path,
                                    to_string(head.address)),
                        "use a private network such as '10.42.0.1/16'"});
  }
}

/// A range that breaks no rule beside the other one; both as without these keys when the other one
/// leaves no room.
std::string suggestion(const ClusterSpec& spec, const std::string& path) {
  const Ipv4Interface& head = spec.head.address;
  const Ipv4Range& other = path == kAddresses ? spec.nodes.unknown_addresses : spec.nodes.addresses;
  if (const auto gap = largest_gap(head, other)) {
    return std::format("write addresses of {} without the head's, such as '{}'", network_of(head),
                       to_string(*gap));
  }
  const Ranges both = default_ranges(head);
  return std::format("write '{}' here and '{}' as {}",
                     to_string(path == kAddresses ? both.nodes : both.unknown),
                     to_string(path == kAddresses ? both.unknown : both.nodes),
                     path == kAddresses ? kLoans : kAddresses);
}

void check_range(const ClusterSpec& spec, const std::string& path, const Ipv4Range& range,
                 Findings& findings) {
  const Ipv4Interface& head = spec.head.address;
  const std::vector<std::string> paths = {path, "head.address"};
  const auto add = [&](const std::string& what) {
    findings.push_back(
        {paths, std::format("{}: {} {}", path, to_string(range), what), suggestion(spec, path)});
  };
  if (!head.contains(range.first) || !head.contains(range.last)) {
    return add(std::format("is not all in the head's network {}", network_of(head)));
  }
  if (range.contains(head.address)) {
    add(std::format("has the head's own address {} in it", to_string(head.address)));
  }
  if (range.contains(head.network()) || range.contains(head.broadcast())) {
    add(std::format("has the first or the last address of {} in it, which belong to no machine",
                    network_of(head)));
  }
}

void check_overlap(const ClusterSpec& spec, Findings& findings) {
  const Ipv4Range& own = spec.nodes.addresses;
  const Ipv4Range& loan = spec.nodes.unknown_addresses;
  if (own.last < loan.first || loan.last < own.first) return;
  const Ipv4Range both = {std::max(own.first, loan.first), std::min(own.last, loan.last)};
  const Ranges apart = default_ranges(spec.head.address);
  findings.push_back(
      {{kLoans, kAddresses, "head.address"},
       std::format("{}: {} are in {} too", kLoans, to_string(both), kAddresses),
       std::format("the two ranges must have no address in common, such as '{}' for {} and '{}' "
                   "for {}",
                   to_string(apart.unknown), kLoans, to_string(apart.nodes), kAddresses)});
}

}  // namespace

void check_network(const ClusterSpec& spec, Findings& findings) {
  const std::size_t before = findings.size();
  check_head(spec.head.address, findings);
  // Ranges are judged by the head's network: without one there is nothing to say of them.
  if (findings.size() != before) return;
  check_range(spec, kAddresses, spec.nodes.addresses, findings);
  check_range(spec, kLoans, spec.nodes.unknown_addresses, findings);
  check_overlap(spec, findings);
}

}  // namespace muster::spec
