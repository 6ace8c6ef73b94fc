#include "apps/muster/job_guard.h"

#include <algorithm>
#include <vector>

#include "hpc/node_jobs.h"

namespace muster::cli {
namespace {

Result<std::vector<hpc::NodeJob>> read_jobs(os::CommandRunner& runner) {
  auto jobs = hpc::read_node_jobs(runner);
  if (jobs) return jobs;
  return fail("cannot find out which jobs run: " + jobs.error().message,
              jobs.error().hint + "; --force goes on without knowing");
}

Status refuse(const std::vector<hpc::NodeJob>& jobs) {
  if (jobs.empty()) return {};
  return fail(hpc::describe(jobs), "wait until they have ended, or end them with --force");
}

}  // namespace

Status refuse_while_jobs_run_on(os::CommandRunner& runner, const NodeSet& nodes) {
  if (nodes.empty()) return {};
  TRY_ASSIGN(const auto jobs, read_jobs(runner));
  return refuse(hpc::jobs_on(jobs, nodes));
}

Status refuse_while_jobs_run_of(os::CommandRunner& runner, const std::string& user) {
  TRY_ASSIGN(auto jobs, read_jobs(runner));
  std::erase_if(jobs, [&user](const hpc::NodeJob& job) { return job.user != user; });
  return refuse(jobs);
}

}  // namespace muster::cli
