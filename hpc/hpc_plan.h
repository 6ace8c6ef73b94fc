#pragma once
// What the scheduler, MPI and the clock need on a machine, as a plan.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/units.h"
#include "core/plan/owns.h"
#include "core/plan/plan.h"
#include "hpc/slurm_config.h"

namespace muster::hpc {

/// What all machines of a cluster agree on.
struct ClusterFacts {
  /// The head's address on the nodes' network, with its prefix.
  Ipv4Interface head;
  /// The scheduler's shared secret as text; see make_slurm_key.
  std::string slurm_key;
  /// Whom the head asks for the time beside those that Debian or its owner set.
  std::vector<std::string> time_servers = {};
};

/// A new secret for auth/slurm. Text, so that it travels in JSON; made once per cluster.
std::string make_slurm_key();

/// Whether a text is a secret of this form.
bool is_slurm_key(std::string_view text);

/// The plan for the head, and the nodes it had to leave out.
struct HeadPlan {
  plan::Plan plan;
  std::vector<Error> refused;
  /// As SlurmConfig::small_nodes.
  std::optional<Error> small_nodes = {};
};

/// The controller reads the file again when it changes ("reload"), without a restart and without
/// harm to jobs on nodes that stay as they are. Collect changes that come in a burst before
/// applying.
HeadPlan plan_head(const ClusterFacts& facts, const SlurmSettings& settings,
                   std::span<const NodeHardware> nodes);

/// What plan_head's steps are about.
plan::Owns owns_on_head();

/// Tells a node's scheduler daemon who it is. Goes before plan_node.
/// `returned_ms`: when the node was heard again after a silence; another value has the daemon sign
/// on once more. Slurm does not ask a node that it gave up for up to 20 of its rounds
/// (MAX_REG_FREQUENCY in slurmctld's ping_nodes.c).
plan::Plan plan_node_own(Ipv4Address head, const std::string& name, std::int64_t returned_ms);

/// The plan for every node. Goes behind the steps that make accounts and mount file systems.
/// `required_mounts`: where nothing is mounted no job is taken, such as "/home".
plan::Plan plan_node(const ClusterFacts& facts, std::span<const std::string> required_mounts);

}  // namespace muster::hpc
