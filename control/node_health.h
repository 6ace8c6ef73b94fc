#pragma once
// What is wrong with nodes. Nodes that have the same trouble are one problem: when a rack loses its
// power, nobody reads forty lines to learn it. Pure.

#include <span>
#include <vector>

#include "control/problem.h"
#include "core/base/units.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/boots.h"
#include "provisioning/node.h"

namespace muster::control {

/// Nodes on which something else keeps changing what their plan says, folded by what it is.
std::vector<Problem> drifting_nodes(std::span<const provisioning::Node> nodes);

/// Nodes that failed, one problem for each stage and kind of reason.
std::vector<Problem> failed_nodes(std::span<const provisioning::Node> nodes);

/// Machines that wait to be nodes and cannot, one problem for each reason.
std::vector<Problem> kept_out_machines(std::span<const provisioning::Node> nodes);

/// Nodes whose profile went out of the specification, and ready ones that still run as one that
/// did, one problem for each profile. Those whose image the medium lacks are not among them.
std::vector<Problem> nodes_without_profile(std::span<const provisioning::Node> nodes,
                                           const provisioning::Boots& boots);

/// Nodes of another network: the specification was changed while they were known.
std::vector<Problem> strayed_nodes(std::span<const provisioning::Node> nodes,
                                   const Ipv4Range& addresses);

/// Cards of running nodes that jobs cannot be given, one problem for those that have the same cards
/// and lack the same. `firmware`: what the images have; graphics drivers are in them with `all`
/// only.
std::vector<Problem> cards_without_driver(std::span<const provisioning::Node> nodes,
                                          const provisioning::Boots& boots,
                                          spec::Firmware firmware);

}  // namespace muster::control
