// node reboot: no job begins on the nodes, the daemon asks their agents to reboot, and the nodes
// take jobs again when they are back. With --drain, and node shutdown: an operation, in which each
// node goes down as soon as its own jobs have ended.

#include <algorithm>
#include <chrono>
#include <format>
#include <memory>
#include <optional>

#include "apps/muster/caller.h"
#include "apps/muster/choose_nodes.h"
#include "apps/muster/client.h"
#include "apps/muster/commands_node.h"
#include "apps/muster/job_guard.h"
#include "apps/muster/operation_watch.h"
#include "apps/muster/rolling.h"
#include "core/base/text.h"
#include "core/os/random.h"
#include "hpc/node_jobs.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// A node that was asked stops within this time, or the head takes its wish back (kRebootWishMs in
/// provisioning/transitions.h). After it the scheduler may use the nodes again by itself.
constexpr auto kReservedFor = 6min;

constexpr const char* kDeadlineHelp =
    "no further node goes down after this time, such as 8h, and nobody waits for jobs any more";

struct RebootOptions {
  std::string nodes;
  std::string reason;
  int timeout = 900;
  bool force = false;
  bool wait = false;
  bool drain = false;
  /// How many nodes may be away at once: a number, or a part of all with '%'; empty: all.
  std::string rolling;
  /// Of an operation; 0: none.
  std::chrono::seconds deadline{0};
};

/// What the scheduler was told.
struct Kept {
  std::optional<hpc::Reservation> reservation;
  /// Nodes with jobs that are to end.
  NodeSet busy;
};

/// Gives the nodes back to the scheduler.
void give_back(os::CommandRunner& runner, const Kept& kept) {
  if (!kept.reservation) return;
  const Status ended = hpc::end_reservation(runner, kept.reservation->name);
  if (ended) return;
  say(std::format("the scheduler keeps jobs away from {} for {} more: {}",
                  to_string(kept.reservation->nodes), kept.reservation->time,
                  ended.error().text()));
}

/// Keeps jobs from beginning on those of `nodes` that the scheduler has. Errors: as
/// refuse_while_jobs_run_on; this user may not; nothing is kept then.
Result<Kept> keep_jobs_away(os::CommandRunner& runner, const NodeSet& nodes, bool force) {
  if (!force) TRY(refuse_while_jobs_run_on(runner, nodes));
  auto known = hpc::read_scheduler_nodes(runner);
  if (!known && force) {
    say("the scheduler was not told: " + known.error().text());
    return Kept();
  }
  if (!known) return std::unexpected(known.error());
  *known &= nodes;
  if (known->empty()) return Kept();
  Kept kept;
  kept.reservation = {
      .name = "muster-reboot-" + os::random_hex(4), .nodes = *known, .time = kReservedFor};
  using hpc::JobsThere;
  TRY(hpc::reserve_nodes(runner, *kept.reservation, force ? JobsThere::keep : JobsThere::refuse));
  if (!force) return kept;
  const auto jobs = hpc::read_node_jobs(runner);
  if (!jobs) {
    give_back(runner, kept);
    return std::unexpected(jobs.error());
  }
  for (const hpc::NodeJob& job : hpc::jobs_on(*jobs, nodes)) kept.busy |= job.nodes;
  return kept;
}

/// Nodes that are ready without having booted since they were asked.
Result<std::vector<std::string>> unmoved(const NodeSet& nodes, std::int64_t asked_ms) {
  std::vector<std::string> names;
  for (const std::string& name : nodes.names()) {
    TRY_ASSIGN(const json node, call_head("GET", "/v1/nodes/" + url_encode(name)));
    if (node.value("ready_ms", std::int64_t{0}) < asked_ms) names.push_back(name);
  }
  return names;
}

CLI::Option* add_rolling(CLI::App& verb, RebootOptions& options) {
  return verb
      .add_option("--rolling", options.rolling,
                  "not all at once: how many nodes may be away or wait for their jobs, or which "
                  "part ('10%')")
      ->type_name("N");
}

int wait_until_back(os::CommandRunner& runner, const RebootOptions& options, const NodeSet& nodes,
                    const Kept& kept, std::int64_t asked_ms) {
  const int status = wait_for_nodes(nodes, options.timeout);
  if (status != kDone) return status;
  give_back(runner, kept);
  const auto late = unmoved(nodes, asked_ms);
  if (!late) return report(late.error());
  if (late->empty()) return kDone;
  return report({.message = std::format("asked to reboot and did not: {}", fold_names(*late)),
                 .hint = std::format("'muster node why {}' says more", late->front())});
}

/// Begins an operation in which nodes go down when their jobs have ended.
int go_down(const char* page, const RebootOptions& options) {
  const auto nodes = choose_some_names(options.nodes);
  if (!nodes) return report(nodes.error());
  const auto at_once = count_at_once(options.rolling, nodes->size());
  if (!at_once) return report(at_once.error(), kUsage);
  const auto answer = call_head("POST", page,
                                {{"nodes", nodes->names()},
                                 {"reason", options.reason},
                                 {"drain", !options.force},
                                 {"at_once", *at_once},
                                 {"deadline_s", options.deadline.count()}});
  if (!answer) return report(answer.error());
  const std::string operation = text_of(*answer, "operation");
  if (options.wait) {
    say(std::format("operation {}: it goes on when this program is interrupted", operation));
    return watch_to_end(operation, Shown::results_below_head, Interrupted::goes_on);
  }
  const char* const when = options.force ? "now" : "when its jobs have ended";
  return print_answer(*answer, std::format("operation {}: each node goes down {}; 'muster "
                                           "operation watch {}' waits for all",
                                           operation, when, operation));
}

int reboot_nodes(const RebootOptions& options) {
  const bool has_deadline = options.deadline.count() != 0;
  if (options.drain || has_deadline || !options.rolling.empty())
    return go_down("/v1/nodes/reboot", options);
  const auto nodes = choose_some_names(options.nodes);
  if (!nodes) return report(nodes.error());
  os::PosixCommandRunner runner;
  const auto kept = keep_jobs_away(runner, *nodes, options.force);
  if (!kept) return report(kept.error());
  const std::string by = caller();
  const auto answer =
      call_head("POST", "/v1/nodes/reboot",
                {{"nodes", nodes->names()}, {"by", by}, {"reason", options.reason}});
  if (!answer) {
    give_back(runner, *kept);
    return report(answer.error());
  }
  // Last: jobs end only for nodes that will reboot.
  const Status ended =
      kept->busy.empty() ? Status() : hpc::end_jobs_on(runner, kept->busy, "rebooted by " + by);
  if (!ended) {
    return report({.message = std::format("the nodes reboot, and the scheduler could not be told "
                                          "to end their jobs: {}",
                                          ended.error().message),
                   .hint = "'squeue' shows them; 'scancel' ends them"});
  }
  const auto asked_ms = answer->value("asked_ms", std::int64_t{0});
  if (options.wait) return wait_until_back(runner, options, *nodes, *kept, asked_ms);
  return print_answer(
      {{"rebooting", nodes->names()}, {"asked_ms", asked_ms}},
      std::format("{}: asked to reboot; 'muster node wait' waits for them", to_string(*nodes)));
}

}  // namespace

void add_node_reboot(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<RebootOptions>();
  CLI::App& verb = add_node_verb(noun, "reboot", "restart nodes that run no jobs", options->nodes,
                                 NodesNeeded::yes);
  CLI::Option* const force =
      verb.add_flag("--force", options->force, "also nodes on which jobs run: these end");
  CLI::Option* const wait =
      verb.add_flag("--wait", options->wait, "wait until they are ready again");
  CLI::Option* const timeout =
      verb.add_option("--timeout", options->timeout, "with --wait: seconds at most")
          ->needs(wait)
          ->check(CLI::Range(0, 86400))
          ->capture_default_str();
  verb.add_option("--reason", options->reason, "why");
  verb.add_flag("--drain", options->drain, "each node as soon as its jobs have ended")
      ->excludes(force)
      ->excludes(timeout);
  add_rolling(verb, *options)->excludes(force)->excludes(timeout);
  add_deadline(verb, options->deadline, kDeadlineHelp)->excludes(force)->excludes(timeout);
  on_run_at_head(verb, session, [options] { return reboot_nodes(*options); });
}

void add_node_shutdown(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<RebootOptions>();
  CLI::App& verb =
      add_node_verb(noun, "shutdown", "switch nodes off, each as soon as its jobs have ended",
                    options->nodes, NodesNeeded::yes);
  verb.add_flag("--force", options->force, "at once: jobs that run end");
  verb.add_flag("--wait", options->wait, "wait until they are off");
  verb.add_option("--reason", options->reason, "why, for 'muster operation show'");
  add_rolling(verb, *options);
  add_deadline(verb, options->deadline, kDeadlineHelp);
  on_run_at_head(verb, session, [options] { return go_down("/v1/nodes/shutdown", *options); });
}

}  // namespace muster::cli
