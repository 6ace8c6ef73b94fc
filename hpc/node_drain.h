#pragma once
// Takes a node out of the scheduler's hands until its jobs have ended, and gives it back after its
// restart. Runs on the node as root, which slurmctld believes (slurm.conf(5), SlurmUser).

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::hpc {

/// What the reason of a drain of ours begins with; a word of its own follows. hpc::return_node
/// resumes nodes that have it.
inline constexpr std::string_view kRestartReason = "muster restart ";

/// No job begins on the node from now on. A node that somebody drained, or set down, keeps the
/// reason it has; one that the scheduler does not know has no jobs. `word`: what the reason ends
/// with. Errors: slurmctld does not answer or refuses.
Status drain_node(os::CommandRunner& runner, const std::string& node, const std::string& word);

/// Which jobs the node still has, in a sentence; empty: none. Errors: as drain_node.
Result<std::string> jobs_left(os::CommandRunner& runner, const std::string& node);

/// Takes back drain_node. Nothing happens when the node has another reason. Errors: as drain_node.
Status undrain_node(os::CommandRunner& runner, const std::string& node);

/// Whether `scontrol show node --oneliner` shows a node that is drained by us. Pure.
bool is_drained_by_us(std::string_view shown);

}  // namespace muster::hpc
