#include "hpc/node_drain.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <format>
#include <optional>

#include "core/base/text.h"
#include "hpc/node_jobs.h"
#include "hpc/shown_node.h"

namespace muster::hpc {
namespace {

constexpr std::chrono::seconds kAnswerWithin{30};

Result<os::CommandResult> ask_slurm(os::CommandRunner& runner, std::vector<std::string> argv) {
  return runner.run({.argv = std::move(argv), .timeout = kAnswerWithin});
}

std::unexpected<Error> refused(const char* program, const os::CommandResult& done) {
  // The last line says what the lines before it led to.
  const std::vector<std::string> said = lines(trim(done.err.empty() ? done.out : done.err));
  return fail(std::format("{} ended with {}: {}", program, done.status,
                          said.empty() ? "" : printable(said.back(), 300)),
              "'systemctl status slurmctld' on the head says whether the scheduler runs");
}

/// What `scontrol show node` prints; none: the scheduler does not know the node.
Result<std::optional<std::string>> show(os::CommandRunner& runner, const std::string& node) {
  TRY_ASSIGN(os::CommandResult done,
             ask_slurm(runner, {"scontrol", "show", "node", node, "--oneliner"}));
  if (done.status == 0) return std::move(done.out);
  if (done.out.contains("not found") || done.err.contains("not found")) return std::nullopt;
  return refused("scontrol", done);
}

bool is_drained(std::string_view shown) {
  return std::ranges::contains(state_flags(shown), "DRAIN");
}

bool is_down(std::string_view shown) { return std::ranges::contains(state_flags(shown), "DOWN"); }

bool has_jobs(std::string_view shown) {
  constexpr std::array<std::string_view, 3> kBusy = {"ALLOCATED", "MIXED", "COMPLETING"};
  const auto flags = state_flags(shown);
  return std::ranges::any_of(
      kBusy, [&](std::string_view flag) { return std::ranges::contains(flags, flag); });
}

Status update(os::CommandRunner& runner, std::vector<std::string> words) {
  std::vector<std::string> argv = {"scontrol", "update"};
  argv.insert(argv.end(), words.begin(), words.end());
  TRY_ASSIGN(const os::CommandResult done, ask_slurm(runner, std::move(argv)));
  return done.status == 0 ? Status() : refused("scontrol", done);
}

}  // namespace

bool is_drained_by_us(std::string_view shown) {
  return is_drained(shown) && reason_of(shown).starts_with(kRestartReason);
}

Status drain_node(os::CommandRunner& runner, const std::string& node, const std::string& word) {
  TRY_ASSIGN(const auto shown, show(runner, node));
  // Nobody's job begins on a node that is down, and it stays down for whoever set it so.
  if (!shown || is_drained(*shown) || is_down(*shown)) return {};
  return update(runner, {"NodeName=" + node, "State=DRAIN",
                         std::format("Reason={}{}", kRestartReason, word)});
}

Result<std::string> jobs_left(os::CommandRunner& runner, const std::string& node) {
  // One record, while squeue(1) reads all jobs of the cluster for each of ten thousand nodes.
  TRY_ASSIGN(const auto shown, show(runner, node));
  if (!shown || !has_jobs(*shown)) return std::string();
  TRY_ASSIGN(const os::CommandResult done,
             ask_slurm(runner, {"squeue", "--noheader", "--nodelist=" + node,
                                "--states=RUNNING,COMPLETING,SUSPENDED,CONFIGURING,STOPPED",
                                std::format("--format={}", kSqueueFormat)}));
  // A node that the scheduler does not know has no jobs.
  if (done.status != 0 && done.err.contains("Invalid node name")) return std::string();
  if (done.status != 0) return refused("squeue", done);
  TRY_ASSIGN(const auto jobs, parse_squeue(done.out));
  return jobs.empty() ? std::string("a job ends on it") : describe(jobs);
}

Status undrain_node(os::CommandRunner& runner, const std::string& node) {
  TRY_ASSIGN(const auto shown, show(runner, node));
  if (!shown || !is_drained_by_us(*shown)) return {};
  return update(runner, {"NodeName=" + node, "State=RESUME"});
}

}  // namespace muster::hpc
