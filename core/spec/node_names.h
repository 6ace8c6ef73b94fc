#pragma once
// Names of nodes, wherever they are given: by `nodes.prefix`, by a list that is imported, by
// `muster node adopt --name`. One rule for all, because a name meets DNS, dnsmasq, Slurm and the
// system, and each of them reads some words in its own way.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// A name that a node may have in any cluster. Errors: not a host name in lower case (RFC 1123
/// §2.1; DNS does not tell cases apart, Slurm does); a word that dnsmasq reads in a dhcp-host line
/// (dnsmasq(8): `ignore`, lease times), that Slurm takes for more than one node or for defaults
/// (slurm.conf(5), scontrol(1): `all`, `default`) or that every machine calls itself.
Status check_node_name(std::string_view name);

/// The same in this cluster. Errors: also the head's name, a state of nodes, the groups below, and
/// the name of a group or profile: `@name` in a node set is those.
Status check_node_name(std::string_view name, const ClusterSpec& spec);

/// Whether `name` is a state of nodes (provisioning/node.h): each is a group by itself.
bool is_node_state(std::string_view name);

/// The group of the nodes that run another image, or another profile, than after a restart.
inline constexpr std::string_view kOutdatedGroup = "outdated";

/// The group of the nodes that take no jobs any more and go down when theirs have ended.
inline constexpr std::string_view kDrainingGroup = "draining";

/// Groups of nodes that are there beside states, profiles and those of cluster.yaml.
struct OwnGroup {
  std::string_view name;
  /// Which nodes, behind "all nodes that".
  std::string_view nodes;
};
inline constexpr std::array kOwnGroups = {
    OwnGroup{kOutdatedGroup, "run another image than after a restart"},
    OwnGroup{kDrainingGroup, "go down when their jobs have ended"}};

/// The name of the node with this number, "n001".
std::string node_name(const Nodes& nodes, std::uint64_t number);

/// The number in a name that a node may get by itself; none when it is another name.
std::optional<std::uint64_t> number_of(const Nodes& nodes, std::string_view name);

}  // namespace muster::spec
