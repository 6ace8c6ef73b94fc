#pragma once
// Runs the job check on the head, as an ordinary user: asks the scheduler for its nodes, compiles
// the program in the user's home, runs it on all nodes at once by srun, and judges the figures.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/node_set.h"
#include "core/os/command.h"
#include "hpc/job_check.h"

namespace muster::hpc {

struct CheckOptions {
  /// Nodes to check; none takes every node that the scheduler has.
  NodeSet nodes = {};
  /// Who runs the job: a name and home that head and nodes share.
  std::string user;
  std::string home;
  /// Set when this process is root and has to become `user` first. MPI never runs as root here.
  enum class Identity { own, switch_to_user } identity = Identity::own;
  /// For starting and measuring, after the nodes were given to the job.
  std::chrono::seconds timeout{300};
  /// For nodes to answer the scheduler, and then for other jobs on them to end.
  std::chrono::seconds patience{60};
  /// One line for each stage and round, for showing progress. May be empty.
  std::function<void(std::string_view)> on_progress = {};
  /// Every line that the job prints. May be empty.
  std::function<void(std::string_view)> on_output = {};
};

/// A failed check is a report that is not green. The directory it works in is removed in any case.
/// Errors: something this machine lacks: a scheduler's client, a compiler.
Result<CheckReport> run_job_check(os::CommandRunner& runner, const CheckOptions& options);

/// Whether a job of the check asks for memory, or takes what the scheduler gives a job that does
/// not.
enum class JobMemory { asked_for, default_of_scheduler };

/// The command line of a job, for tests and for people who want to repeat it by hand. `rounds`:
/// most rounds of the tournament; with 0 the ranks only pass a token around.
struct CheckJob {
  JobMemory memory = JobMemory::asked_for;
  int rounds = kMostRounds;
};
std::vector<std::string> render_srun(const CheckOptions& options, const NodeSet& nodes,
                                     std::string_view program, CheckJob job = {});

}  // namespace muster::hpc
