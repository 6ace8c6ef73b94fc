#pragma once
// Brings a node back to work that slurmctld took out of it for a passing reason. While slurmctld
// and slurmd read a changed configuration one after the other, a node may register with fewer cards
// than slurmctld has just read; slurmctld then drains it, and leaves it drained after the next
// registration is right (validate_node_specs in its node_mgr.c, Slurm 24.11).

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::hpc {

/// Whether `scontrol show node --oneliner` shows a node that is drained because it registered with
/// fewer resources than configured, by slurmctld itself, and has registered rightly since. Nobody
/// else's drain is touched.
bool is_drained_in_vain(std::string_view shown);

/// Asks slurmctld about this node and resumes it when it is drained in vain. Runs on the node as
/// root. Errors: scontrol fails or takes longer than ten seconds.
Status return_node(os::CommandRunner& runner, const std::string& node);

}  // namespace muster::hpc
