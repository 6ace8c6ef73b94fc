#include "hpc/node_jobs.h"

#include <algorithm>
#include <format>
#include <map>

#include "core/base/text.h"
#include "hpc/job_check.h"

namespace muster::hpc {
namespace {

/// Slurm's programs wait for a controller that is away (slurm.conf(5), MessageTimeout).
constexpr std::chrono::seconds kAnswerTime{60};
/// As many jobs are named in a message.
constexpr std::size_t kMostNamed = 8;

Result<std::string> ask(os::CommandRunner& runner, std::vector<std::string> argv) {
  const std::string program = argv.front();
  TRY_ASSIGN(const os::CommandResult done,
             runner.run({.argv = std::move(argv), .timeout = kAnswerTime}));
  if (done.status == 0) return done.out;
  const std::string said = printable(trim(done.err.empty() ? done.out : done.err), 300);
  if (said.contains("permission denied") || said.contains("not authorized")) {
    return fail("only root may take nodes away from the scheduler",
                "run it with sudo, or with '--drain', which waits for jobs");
  }
  return fail(std::format("{} ended with {}: {}", program, done.status, said),
              "'systemctl status slurmctld' and 'muster status' say whether the scheduler runs");
}

/// "12, 13 of ada": some of a user's jobs.
std::string describe_jobs(const std::string& user, const std::vector<std::string>& ids) {
  const std::size_t named = std::min(ids.size(), kMostNamed);
  const std::string some = join(std::span(ids).first(named), ", ");
  const std::string more =
      ids.size() > named ? std::format(" and {} more", ids.size() - named) : "";
  return std::format("{}{} of {}", some, more, user);
}

}  // namespace

Result<std::vector<NodeJob>> parse_squeue(std::string_view output) {
  std::vector<NodeJob> jobs;
  for (const std::string& line : lines(output)) {
    if (trim(line).empty()) continue;
    const std::vector<std::string> parts = split(line, '|');
    if (parts.size() != 3) {
      return fail(std::format("cannot understand the scheduler's line '{}'", printable(line, 100)),
                  "compare with: squeue");
    }
    if (trim(parts[2]).empty()) continue;
    TRY_ASSIGN(NodeSet nodes, parse_node_set(trim(parts[2])));
    jobs.push_back({.id = printable(trim(parts[0]), 64),
                    .user = printable(trim(parts[1]), 64),
                    .nodes = std::move(nodes)});
  }
  return jobs;
}

Result<std::vector<NodeJob>> read_node_jobs(os::CommandRunner& runner) {
  TRY_ASSIGN(const std::string output,
             ask(runner, {"squeue", "--noheader", std::format("--format={}", kSqueueFormat)}));
  return parse_squeue(output);
}

std::vector<NodeJob> jobs_on(std::span<const NodeJob> jobs, const NodeSet& nodes) {
  std::vector<NodeJob> there;
  for (const NodeJob& job : jobs) {
    NodeSet shared = job.nodes;
    shared &= nodes;
    if (!shared.empty()) there.push_back({job.id, job.user, std::move(shared)});
  }
  return there;
}

std::string describe(std::span<const NodeJob> jobs) {
  std::map<std::string, std::vector<std::string>> by_user;
  NodeSet nodes;
  for (const NodeJob& job : jobs) {
    by_user[job.user].push_back(job.id);
    nodes |= job.nodes;
  }
  std::vector<std::string> parts;
  for (const auto& [user, ids] : by_user) parts.push_back(describe_jobs(user, ids));
  return std::format("{} {} {} on {}", jobs.size() == 1 ? "job" : "jobs", join(parts, " and "),
                     jobs.size() == 1 ? "runs" : "run", to_string(nodes));
}

Result<NodeSet> read_scheduler_nodes(os::CommandRunner& runner) {
  TRY_ASSIGN(const std::string output, ask(runner, sinfo_command()));
  TRY_ASSIGN(const auto nodes, parse_sinfo(output));
  std::vector<std::string> names;
  for (const SchedulerNode& node : nodes) names.push_back(node.name);
  return NodeSet::from_names(names);
}

Status reserve_nodes(os::CommandRunner& runner, const Reservation& reservation, JobsThere jobs) {
  std::vector<std::string> argv = {
      "scontrol",      "create",
      "reservation",   std::format("reservationname={}", reservation.name),
      "starttime=now", std::format("duration={}", reservation.time.count()),
      "users=root",    std::format("nodes={}", to_string(reservation.nodes))};
  if (jobs == JobsThere::keep) argv.emplace_back("flags=ignore_jobs");
  const auto made = ask(runner, std::move(argv));
  if (made) return {};
  if (made.error().message.contains("nodes are busy")) {
    return fail(std::format("a job has begun on one of {}", to_string(reservation.nodes)),
                "'squeue' shows it; wait until it has ended");
  }
  return std::unexpected(made.error());
}

Status end_reservation(os::CommandRunner& runner, const std::string& name) {
  TRY(ask(runner, {"scontrol", "delete", std::format("reservation={}", name)}));
  return {};
}

Status end_jobs_on(os::CommandRunner& runner, const NodeSet& nodes, const std::string& reason) {
  TRY(ask(runner, {"scontrol", "update", std::format("nodename={}", to_string(nodes)), "state=down",
                   std::format("reason={}", printable(reason, 200))}));
  return {};
}

}  // namespace muster::hpc
