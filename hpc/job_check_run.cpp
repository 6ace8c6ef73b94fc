#include "hpc/job_check_run.h"

#include <algorithm>
#include <format>
#include <utility>

#include "core/base/text.h"
#include "core/os/unix_socket.h"
#include "core/os/wait.h"
#include "hpc/mpi.h"

namespace muster::hpc {
namespace {

using Report = Result<CheckReport>;

class JobCheck {
 public:
  JobCheck(os::CommandRunner& runner, const CheckOptions& options)
      : runner_(runner), options_(options) {
    report_.user = options.user;
  }

  Report run() {
    say("asking the scheduler for its nodes");
    TRY_ASSIGN(const auto nodes, ask_nodes());
    if (!nodes) return std::move(report_);
    TRY_ASSIGN(const std::string directory, make_directory());
    auto outcome = compile_and_run(directory, *nodes);
    // The outcome counts, not whether a file of a few kilobytes stays behind.
    const auto removed = command({"rm", "-rf", "--", directory}, std::chrono::seconds(120));
    if (!removed) say(std::format("'{}' is left: {}", directory, removed.error().message));
    if (!outcome) return std::unexpected(outcome.error());
    if (report_.green() && !report_.unusable.empty()) {
      report_.problem = explain_unusable(report_.unusable);
    }
    return std::move(report_);
  }

 private:
  /// Tells a stage once, however often it is come back to.
  void say(std::string text) {
    if (text == said_) return;
    said_ = std::move(text);
    if (options_.on_progress) options_.on_progress(said_);
  }

  /// Runs a program as the user.
  Result<os::CommandResult> command(std::vector<std::string> argv,
                                    std::chrono::milliseconds timeout,
                                    std::optional<std::string> input = {},
                                    std::function<void(std::string_view)> on_line = {}) {
    if (options_.identity == CheckOptions::Identity::switch_to_user) {
      const std::vector<std::string> prefix = {"runuser", "--user", options_.user, "--"};
      argv.insert(argv.begin(), prefix.begin(), prefix.end());
    }
    return runner_.run({.argv = std::move(argv),
                        .cwd = "/",
                        .env = {{"HOME", options_.home}, {"USER", options_.user}},
                        .input = std::move(input),
                        .timeout = timeout,
                        .on_line = std::move(on_line)});
  }

  /// The nodes to run on; none when the report already says why there are none.
  Result<std::optional<NodeSet>> ask_nodes() {
    const os::Deadline end = os::in(options_.patience);
    while (true) {
      TRY_ASSIGN(const auto known, ask_scheduler());
      if (!known) return std::nullopt;
      const auto settling = std::ranges::find_if(
          *known, [this](const SchedulerNode& node) { return node.settling && is_asked(node); });
      if (settling == known->end() || std::chrono::steady_clock::now() >= end)
        return choose(*known);
      say(std::format("waiting for {} to answer the scheduler", settling->name));
      // The scheduler has no event for this that a client could wait for.
      TRY(os::wait_readable({}, std::min(end, os::in(std::chrono::seconds(1)))));
    }
  }

  bool is_asked(const SchedulerNode& node) const {
    return options_.nodes.empty() || options_.nodes.contains(node.name);
  }

  /// All nodes; none when the report already says why not.
  Result<std::optional<std::vector<SchedulerNode>>> ask_scheduler() {
    TRY_ASSIGN(const os::CommandResult sinfo, command(sinfo_command(), std::chrono::seconds(30)));
    if (sinfo.status != 0) {
      report_.problem = explain_srun(sinfo.status, sinfo.err);
      return std::nullopt;
    }
    return parse_sinfo(sinfo.out);
  }

  Result<std::optional<NodeSet>> choose(const std::vector<SchedulerNode>& known) {
    std::vector<std::string> names;
    std::vector<std::string> usable;
    for (const SchedulerNode& node : known) {
      names.push_back(node.name);
      if (!is_asked(node)) continue;
      if (node.usable) {
        usable.push_back(node.name);
      } else {
        report_.unusable.push_back(node);
      }
    }
    TRY_ASSIGN(const NodeSet all, NodeSet::from_names(names));
    NodeSet missing = options_.nodes;
    missing -= all;
    if (!missing.empty()) {
      report_.problem = Error{std::format("the scheduler has no node {}", to_string(missing)),
                              "see all nodes: muster node list"};
      return std::nullopt;
    }
    if (usable.empty()) {
      report_.problem = report_.unusable.empty()
                            ? Error{"the scheduler has no node yet",
                                    "switch a machine on and watch: muster node list"}
                            : explain_unusable(report_.unusable);
      return std::nullopt;
    }
    TRY_ASSIGN(NodeSet chosen, NodeSet::from_names(usable));
    return chosen;
  }

  /// A new directory in the user's home, which head and nodes share.
  Result<std::string> make_directory() {
    const std::string pattern = options_.home + "/.muster-job-check-XXXXXX";
    TRY_ASSIGN(const os::CommandResult made,
               command({"mktemp", "--directory", pattern}, std::chrono::seconds(30)));
    const std::string path(trim(made.out));
    if (made.status != 0 || !path.starts_with(options_.home + "/.muster-job-check-")) {
      return fail(std::format("cannot make a directory in '{}': {}", options_.home,
                              printable(trim(made.err), 200)),
                  "the home must exist and belong to its user; choose another with --user");
    }
    return path;
  }

  Status compile_and_run(const std::string& directory, const NodeSet& nodes) {
    const std::string program = directory + "/pairs";
    say("compiling the check's program");
    TRY_ASSIGN(const os::CommandResult compiled,
               command({"mpicc", "-O2", "-o", program, "-x", "c", "-"}, std::chrono::minutes(2),
                       std::string(kPairsSource)));
    if (compiled.status != 0) {
      return fail(std::format("mpicc could not compile the check's program: {}",
                              printable(trim(compiled.err), 300)),
                  "on the head, install openmpi-bin, libopenmpi-dev and gcc");
    }
    measure(nodes, program);
    if (report_.green()) try_default_memory(nodes, program);
    return {};
  }

  void measure(const NodeSet& nodes, const std::string& program) {
    say(std::format("running on {} ({})", to_string(nodes),
                    nodes.size() == 1 ? "one node" : std::format("{} nodes", nodes.size())));
    const auto on_line = [this](std::string_view line) {
      if (options_.on_output) options_.on_output(line);
      if (const auto progress = parse_progress(line)) {
        say(std::format("round {} of {}", progress->done, progress->total));
      }
    };
    auto measurement = run_job(render_srun(options_, nodes, program), on_line);
    if (measurement) {
      report_.measurement = std::move(*measurement);
    } else {
      report_.problem = std::move(measurement).error();
    }
  }

  /// Most jobs ask for no memory. What the scheduler gives them must be enough for MPI to start.
  void try_default_memory(const NodeSet& nodes, const std::string& program) {
    say("running once more without asking for memory");
    const auto ran = run_job(render_srun(options_, nodes, program,
                                         {.memory = JobMemory::default_of_scheduler, .rounds = 0}),
                             options_.on_output);
    if (ran) return;
    report_.problem = {
        .message = std::format("jobs that ask for no memory cannot run on {}: {}", to_string(nodes),
                               ran.error().message),
        .hint =
            std::format("{}; 'scontrol show config | grep DefMemPerCPU' shows what they get, and "
                        "'muster status' names nodes with little memory",
                        ran.error().hint)};
  }

  /// Runs a job to its end, and reads what it printed.
  Result<Measurement> run_job(std::vector<std::string> srun,
                              const std::function<void(std::string_view)>& on_line) {
    // srun has limits of its own for waiting and running; this one is for srun itself.
    const auto limit = options_.patience + options_.timeout + std::chrono::seconds(60);
    TRY_ASSIGN(const os::CommandResult ran, command(std::move(srun), limit, {}, on_line));
    if (ran.status != 0) return std::unexpected(explain_srun(ran.status, ran.err));
    return parse_measurement(ran.out);
  }

  os::CommandRunner& runner_;
  const CheckOptions& options_;
  CheckReport report_;
  std::string said_;
};

}  // namespace

std::vector<std::string> render_srun(const CheckOptions& options, const NodeSet& nodes,
                                     std::string_view program, CheckJob job) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(options.timeout).count();
  std::vector<std::string> srun = {
      "srun", "--job-name=muster-check", "--mpi=pmix",
      std::format("--nodelist={}", to_string(nodes)), std::format("--nodes={}", nodes.size()),
      "--ntasks-per-node=1", std::format("--time={}", minutes),
      std::format("--immediate={}", options.patience.count()),
      // One rank that dies ends the job, instead of all others waiting for it.
      "--kill-on-bad-exit=1", "--chdir=/tmp"};
  if (job.memory == JobMemory::asked_for) {
    srun.push_back(std::format("--mem={}M", kLeastMpiMemory.mib()));
  }
  srun.insert(srun.end(), {std::string(program), std::to_string(job.rounds)});
  return srun;
}

Result<CheckReport> run_job_check(os::CommandRunner& runner, const CheckOptions& options) {
  return JobCheck(runner, options).run();
}

}  // namespace muster::hpc
