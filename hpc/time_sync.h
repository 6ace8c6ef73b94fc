#pragma once
// One time for the cluster: the nodes follow the head, by chrony (chrony.conf(5)). Slurm's
// credentials and NFS's file times both fail quietly when clocks part.

#include <span>
#include <string>

#include "core/base/units.h"

namespace muster::hpc {

/// /etc/chrony/conf.d/muster.conf of the head: it serves the cluster's network, also when it has no
/// better clock than its own. What the head itself follows stays as Debian or the owner set it, and
/// `servers` are asked beside it.
std::string render_head_time(const Ipv4Interface& cluster, std::span<const std::string> servers);

/// /etc/chrony/chrony.conf of a node.
std::string render_node_time(Ipv4Address head);

}  // namespace muster::hpc
