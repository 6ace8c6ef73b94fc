#pragma once
// Files of the scheduler and of MPI on head and nodes.

namespace muster::hpc {

inline constexpr const char* kSlurmConf = "/etc/slurm/slurm.conf";
inline constexpr const char* kGresConf = "/etc/slurm/gres.conf";
inline constexpr const char* kSlurmKey = "/etc/slurm/slurm.key";
inline constexpr const char* kPlugins = "/etc/slurm/plugstack.conf";
inline constexpr const char* kMpiParameters = "/etc/openmpi/openmpi-mca-params.conf";
inline constexpr const char* kController = "slurmctld.service";

}  // namespace muster::hpc
