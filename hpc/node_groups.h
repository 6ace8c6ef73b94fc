#pragma once
// Nodes that share a line of Slurm's files: neighbours whose names count up and that are alike, as
// n[001-040]. For the renderers of this room.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hpc/slurm_config.h"

namespace muster::hpc {

/// The order in which people count: n2 before n10.
bool counts_before(const NodeHardware& a, const NodeHardware& b);

/// Whether the names of two nodes differ in their last number by one: n007 and n008.
bool names_follow(const NodeHardware& last, const NodeHardware& next);

/// Whether the addresses follow and differ in their last octet only: 10.1.0.[7-8].
bool addresses_follow(const NodeHardware& last, const NodeHardware& next);

/// Cuts `nodes`, which are in the order of counts_before, where neighbours may not share a line.
std::vector<std::span<const NodeHardware>> group_nodes(
    std::span<const NodeHardware> nodes,
    const std::function<bool(const NodeHardware& last, const NodeHardware& next)>& may_share);

/// "n[001-040]", or the one name of a group of one.
std::string folded_name(std::span<const NodeHardware> group);

/// "10.42.1.[1-40]"; the addresses of the group follow.
std::string folded_address(std::span<const NodeHardware> group);

}  // namespace muster::hpc
