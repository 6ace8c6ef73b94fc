#include "hpc/time_sync.h"

#include <format>

namespace muster::hpc {

std::string render_head_time(const Ipv4Interface& cluster, std::span<const std::string> servers) {
  std::string asked;
  for (const std::string& server : servers) asked += std::format("server {} iburst\n", server);
  return std::format(
      "# Made by Muster.\n"
      "allow {}/{}\n"
      "bindaddress {}\n"
      // A cluster without internet still has one time: the head's own.
      "local stratum 10\n"
      "{}",
      to_string(cluster.network()), cluster.prefix, to_string(cluster.address), asked);
}

std::string render_node_time(Ipv4Address head) {
  return std::format(
      "# Made by Muster.\n"
      "server {} iburst minpoll 4 maxpoll 8\n"
      "driftfile /var/lib/chrony/chrony.drift\n"
      // A board whose battery is empty starts years off; and the head's own clock may be set later.
      "makestep 1 -1\n"
      "rtcsync\n"
      // The node serves time to nobody.
      "port 0\n"
      "cmdport 0\n",
      to_string(head));
}

}  // namespace muster::hpc
