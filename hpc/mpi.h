#pragma once
// Settings of MPI for all jobs. Ranks are started by the scheduler through PMIx (srun), never by
// ssh. They wait for each other in fences, which the scheduler's daemons on the nodes keep.

#include <string>

#include "core/base/units.h"

namespace muster::hpc {

/// What one rank of a small MPI program needs to start and to send messages.
inline constexpr Bytes kLeastMpiMemory = Bytes::from_mib(192);

/// /etc/openmpi/openmpi-mca-params.conf for head and nodes. `cluster` is the head's address with
/// its prefix: messages stay on that network, so a second card or a bridge is never tried.
std::string render_mpi_parameters(const Ipv4Interface& cluster);

/// /etc/slurm/mpi.conf of the head (mpi.conf(5)); nodes have it from the controller.
std::string render_mpi_conf();

}  // namespace muster::hpc
