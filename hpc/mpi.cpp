#include "hpc/mpi.h"

#include <format>

namespace muster::hpc {

std::string render_mpi_parameters(const Ipv4Interface& cluster) {
  return std::format(
      "# Made by Muster. A user overrides a line with OMPI_MCA_name=value in the environment.\n"
      // Shared memory on a node, TCP between nodes. Named, because probing for fabrics that are not
      // there costs seconds at each start and prints warnings that look like failures.
      "pml = ob1\n"
      "btl = self,sm,tcp\n"
      "btl_tcp_if_include = {}/{}\n"
      // One-sided communication has to agree with the line above.
      "osc = ^ucx\n"
      "btl_base_warn_component_unused = 0\n",
      to_string(cluster.network()), cluster.prefix);
}

std::string render_mpi_conf() {
  return "# Made by Muster.\n"
         // On busy nodes Slurm 24.11's tree lets a rank go on before all others are there, and the
         // message of one that is ahead ends another in MPI_Init (open-mpi/ompi, issue 12495). Of
         // 200 small jobs on three busy nodes 24 ended that way by the tree, of 100 by the default,
         // which mixes tree and ring, 2, and of 650 by the ring none.
         "PMIxCollFence=ring\n";
}

}  // namespace muster::hpc
