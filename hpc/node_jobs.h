#pragma once
// Jobs on nodes that somebody takes away: which jobs run there, how no other job is placed there
// meanwhile, and how those that run are ended. Asks the scheduler by its own programs (squeue(1),
// scontrol(1)) and belongs on the head.

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/node_set.h"
#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::hpc {

/// A job that has nodes.
struct NodeJob {
  /// As Slurm writes it: "12", or "12_3" for an element of an array.
  std::string id;
  std::string user;
  NodeSet nodes;

  bool operator==(const NodeJob&) const = default;
};

/// Columns asked of `squeue --noheader --format` (squeue(1)): none of them holds a '|'.
inline constexpr std::string_view kSqueueFormat = "%i|%u|%N";

/// The jobs that have nodes; one that waits has none. Errors: a line that is none of ours.
Result<std::vector<NodeJob>> parse_squeue(std::string_view output);

/// All jobs that have nodes now. Errors: the scheduler does not answer.
Result<std::vector<NodeJob>> read_node_jobs(os::CommandRunner& runner);

/// Those of `jobs` that have one of `nodes`.
std::vector<NodeJob> jobs_on(std::span<const NodeJob> jobs, const NodeSet& nodes);

/// "jobs 12, 13 of ada and 20 of bob run on n[001-002]": what somebody must know who would end
/// them.
std::string describe(std::span<const NodeJob> jobs);

/// The nodes that the scheduler knows. Errors: it does not answer.
Result<NodeSet> read_scheduler_nodes(os::CommandRunner& runner);

/// Nodes that no job is placed on for a while (scontrol(1), RESERVATIONS). It ends by itself.
struct Reservation {
  std::string name;
  NodeSet nodes;
  std::chrono::minutes time{0};
};

/// What becomes of a reservation when jobs run on its nodes: it is refused, or they go on in it.
enum class JobsThere { refuse, keep };

/// Errors: not root; the scheduler does not answer, or lacks a node; jobs run there.
Status reserve_nodes(os::CommandRunner& runner, const Reservation& reservation, JobsThere jobs);

/// Gives the nodes back before the time is over. Errors: as reserve_nodes.
Status end_reservation(os::CommandRunner& runner, const std::string& name);

/// Ends the jobs on `nodes` as those of a node that failed: Slurm starts again what may start
/// again. The nodes take jobs again once their daemon has registered anew (slurm.conf(5),
/// ReturnToService=2). Errors: as reserve_nodes.
Status end_jobs_on(os::CommandRunner& runner, const NodeSet& nodes, const std::string& reason);

}  // namespace muster::hpc
