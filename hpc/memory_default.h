#pragma once
// The memory that a job gets when it asks for none (slurm.conf(5), DefMemPerCPU), and the nodes
// that this default does not suit. Pure.

#include <optional>
#include <span>

#include "hpc/slurm_config.h"

namespace muster::hpc {

/// For each CPU, what the typical node has for jobs: the lower median over the nodes, so that no
/// single node decides for all. Never less than an MPI program needs (kLeastMpiMemory), and never
/// more than some node has. docs/decisions/0012. `nodes` are valid (validate_node) and not none.
Bytes default_memory_per_cpu(const SlurmSettings& settings, std::span<const NodeHardware> nodes);

/// The nodes on which jobs that ask for no memory can use less than half of the CPUs, and what
/// users can do; none when there is no such node.
std::optional<Error> explain_small_nodes(const SlurmSettings& settings,
                                         std::span<const NodeHardware> nodes);

}  // namespace muster::hpc
