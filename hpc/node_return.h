#pragma once
// Brings a node back to work that was taken out of it for a passing reason: a restart for which it
// was drained (node_drain.h), or a mistake of slurmctld. While slurmctld and slurmd read a changed
// configuration one after the other, a node may register with fewer cards than slurmctld has just
// read; slurmctld then drains it, and leaves it drained after the next registration is right
// (validate_node_specs in its node_mgr.c, Slurm 24.11).

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::hpc {

/// Whether slurmctld itself drained a node because of the number of its cards.
enum class CardsDrain {
  /// It did not, or somebody else drained the node as well.
  none,
  /// The node's last registration was wrong, too.
  with_reason,
  /// The node has registered rightly since.
  in_vain,
};

/// Reads what `scontrol show node --oneliner` prints.
CardsDrain cards_drain(std::string_view shown);

/// Asks slurmctld about this node and resumes it when it is drained in vain, or was drained for a
/// restart that is over. Returns whether it is
/// drained with reason: it is to be asked again. Runs on the node as root. Errors: scontrol fails
/// or takes longer than ten seconds.
Result<bool> return_node(os::CommandRunner& runner, const std::string& node);

}  // namespace muster::hpc
