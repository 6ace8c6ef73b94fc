#pragma once
// The processors of a machine as slurmd counts them. Both ask hwloc, so that what the head writes
// into slurm.conf is what the node's slurmd finds: docs/decisions/0007-topology-by-hwloc.md.

#include <filesystem>
#include <optional>

#include "provisioning/hardware.h"

namespace muster::agent {

/// The topology of the machine whose /sys and /proc lie below `root`. Where packages or cores
/// differ in size, the numbers are what slurmd makes of them: whole cores for each package, whole
/// threads for each core, so that their product is never more than there is (slurmd -C, Slurm's
/// src/slurmd/common/xcpuinfo.c). None: hwloc cannot read the tree.
/// Threads: with another root than "/" one call at a time, since hwloc takes it from the
/// environment (HWLOC_FSROOT).
std::optional<provisioning::CpuTopology> read_topology(const std::filesystem::path& root);

}  // namespace muster::agent
