#include "provisioning/agent/plan_follower.h"

#include <algorithm>
#include <chrono>
#include <format>
#include <utility>

#include "core/apply/apply.h"
#include "provisioning/agent/heartbeats.h"

namespace muster::agent {
namespace {

/// Changes of one plan that the console shows. A serial line at 115200 baud takes 5 ms for each,
/// and a thousand people are two thousand changes.
constexpr std::size_t kMostChangesSaid = 30;

/// A plan that fails may need only a moment, such as a server that starts; one that fails for days
/// costs each node some forty processes a try.
constexpr Backoff kPlanPauses{.first = std::chrono::seconds(1), .longest = std::chrono::minutes(5)};

/// Between two looks at a plan that held: minutes, because it costs each node some processes while
/// jobs run there.
constexpr auto kCheckAgain = std::chrono::minutes(8);

/// And up to so long later.
constexpr auto kCheckLater = std::chrono::minutes(4);

/// While something of an earlier plan is in use, such as a volume by a job.
constexpr auto kTakeBackAgain = std::chrono::minutes(1);
/// Then as seldom as everything else: each look costs the node some forty processes.
constexpr int kSoonChecks = 10;

std::string failures(const apply::Report& report) {
  std::string text;
  for (const apply::Outcome& outcome : report.outcomes) {
    if (outcome.kind != apply::Outcome::Kind::failed) continue;
    text += (text.empty() ? "" : " | ") + outcome.step + ": " + outcome.reason;
  }
  return text;
}

/// What is still there of an earlier plan.
std::vector<std::string> kept_of(const apply::Report& report) {
  std::vector<std::string> kept;
  for (const apply::Outcome& outcome : report.outcomes) {
    if (outcome.kind != apply::Outcome::Kind::kept) continue;
    kept.push_back(std::format("{}: {}", outcome.step, outcome.reason));
  }
  return kept;
}

}  // namespace

PlanFollower::PlanFollower(HeadLink& head, FollowerOptions options)
    : head_(head),
      options_(std::move(options)),
      plan_retry_(kPlanPauses),
      renewal_(os::random_part()) {}

void PlanFollower::say(const std::string& line) {
  console_.add(line);
  options_.say(line);
}

/// What `work` gives, with heartbeats beside it.
template <typename Work>
auto PlanFollower::while_beating(Work work) {
  Heartbeats heartbeats(head_, applied_, options_.heartbeat);
  auto outcome = work();
  // The work goes on without them; what became of it is told in any case.
  if (const Status heard = heartbeats.stop(); !heard) say("head: " + heard.error().text());
  return outcome;
}

/// Errors: a step failed; the head was told.
Result<apply::Report> PlanFollower::make_true(const plan::Plan& plan,
                                              const std::string& generation) {
  // From the first step on the plan before does not hold any more.
  applied_.clear();
  std::size_t changes = 0;
  const apply::Options keep{
      .pending = options_.pending,
      .record = options_.record,
      .unrecorded = options_.unrecorded,
      .on_step = [&](const apply::Outcome& outcome) {
        if (outcome.kind == apply::Outcome::Kind::unchanged) return;
        const bool failed = outcome.kind == apply::Outcome::Kind::failed;
        if (!failed && ++changes > kMostChangesSaid) return;
        say(outcome.step + (outcome.reason.empty() ? "" : ": " + outcome.reason));
      }};
  apply::Report done = while_beating([&] { return apply::apply(plan, options_.machine, keep); });
  if (changes > kMostChangesSaid) {
    say(std::format("and {} more changes", changes - kMostChangesSaid));
  }
  if (!done.succeeded()) TRY(fail_plan(failures(done), generation));
  kept_ = kept_of(done);
  plan_next_check();
  applied_ = generation;
  return done;
}

/// Lets a plan rest that does not hold, and tells the head why. Errors: always.
Status PlanFollower::fail_plan(const std::string& reason, const std::string& generation) {
  plan_retry_.fail(options_.now(), os::random_part());
  untold_ = {
      .stage = "plan", .failure = reason, .generation = generation, .console = console_.lines()};
  TRY(tell_failure());
  return fail(reason);
}

/// Tells the head why the plan failed, if it has not heard it.
Status PlanFollower::tell_failure() {
  if (!untold_) return {};
  TRY(report(*untold_));
  untold_.reset();
  return {};
}

Status PlanFollower::apply_plan() {
  untold_.reset();
  auto given = head_.plan();
  if (!given) {
    const bool unreadable = given.error().kind == ErrorKind::invalid;
    return unreadable ? fail_plan(given.error().text(), "") : std::unexpected(given.error());
  }
  if (!given->plan) return fail_plan(given->plan.error().text(), given->generation);
  // Before the steps: slurmd does not start while the head's configuration names a device file that
  // is gone.
  TRY(report({.stage = "plan"}));
  TRY(make_true(*given->plan, given->generation));
  plan_ = std::move(*given->plan);
  plan_retry_.reset();
  TRY(report_ready(given->generation));
  say("ready");
  return {};
}

/// Whether the wanted plan holds here after this. Errors: as apply_plan.
Result<bool> PlanFollower::follow(const std::string& wanted) {
  if (wanted == applied_) {
    // A head that was away when the plan began to hold is told now.
    if (wanted != generation_) TRY(report_ready(wanted));
    if (options_.now() >= next_check_) TRY(check_plan());
    return true;
  }
  // Another plan may do what the last one could not.
  if (std::exchange(tried_, wanted) != wanted) plan_retry_.reset();
  if (!plan_retry_.is_due(options_.now())) {
    TRY(tell_failure());
    return false;
  }
  TRY(apply_plan());
  return true;
}

void PlanFollower::forget_plan() {
  generation_.clear();
  applied_.clear();
  plan_retry_.reset();
}

/// Soon when something of an earlier plan is still there, for as long as jobs mostly end.
void PlanFollower::plan_next_check() {
  soon_checks_ = kept_.empty() ? 0 : soon_checks_ + 1;
  const bool is_soon = !kept_.empty() && soon_checks_ <= kSoonChecks;
  next_check_ =
      options_.now() + (is_soon ? kTakeBackAgain : kCheckAgain + os::random_time(kCheckLater));
}

/// What somebody changed on this machine is put right, and told.
Status PlanFollower::check_plan() {
  const auto report = make_true(plan_, generation_);
  if (!report) {
    // It is tried again as any plan that failed.
    tried_ = std::exchange(generation_, "");
    return std::unexpected(report.error());
  }
  std::vector<std::string> drift;
  for (const apply::Outcome& outcome : report->outcomes) {
    if (outcome.kind == apply::Outcome::Kind::changed) drift.push_back(outcome.step);
  }
  if (drift.empty() && kept_ == told_kept_) return {};
  return report_ready(generation_, std::move(drift));
}

/// systemd ends this program in a moment, which then says that it is stopping.
Status PlanFollower::reboot() {
  say("the head asks for a reboot");
  const auto done = run_checked(
      options_.runner, {.argv = {"systemctl", "reboot"}, .timeout = std::chrono::minutes(1)});
  if (done) return {};
  const std::string reason = done.error().text();
  const Status told = head_.report({.stage = "reboot",
                                    .failure = reason,
                                    .generation = generation_,
                                    .console = console_.lines()});
  // With the next heartbeat the node says that it goes on.
  generation_.clear();
  TRY(told);
  return fail(reason);
}

/// The file's age counts, not the agent's: an agent that was started again still renews in time.
Status PlanFollower::renew_in_time() {
  if (!renewal_.is_due(head_.certificate_age(), options_.now())) return {};
  Status renewed = head_.renew();
  if (renewed) {
    renewal_.succeed(os::random_part());
  } else {
    renewal_.fail(options_.now(), os::random_part());
  }
  return renewed;
}

Status PlanFollower::beat() {
  // Nothing of a heartbeat may keep the rest from being tried.
  Status renewed = renew_in_time();
  TRY_ASSIGN(const provisioning::HeartbeatAnswer wanted, head_.heartbeat(applied_));
  // The head tells a wish until it knows of the reboot.
  if (!wanted.reboot.empty() &&
      std::exchange(last_reboot_request_, wanted.reboot) != wanted.reboot) {
    return reboot();
  }
  TRY_ASSIGN(const bool holds, follow(wanted.generation));
  TRY(std::move(renewed));
  if (!holds) return {};
  tick();
  const bool same =
      options_.neighbour() == told_neighbour_ && options_.accelerators() == told_accelerators_;
  return same ? Status() : report_ready(generation_);
}

void PlanFollower::tick() {
  const task::Tick tick{.now = options_.now(),
                        .has_other_cards = std::exchange(has_other_cards_, false)};
  while_beating([&] {
    options_.tick(tick);
    return true;
  });
}

/// Tells the head, and with it the accelerators that it does not know yet.
Status PlanFollower::report(provisioning::NodeReport report) {
  auto cards = options_.accelerators();
  report.accelerators = cards;
  TRY(head_.report(report));
  if (cards != told_accelerators_) has_other_cards_ = true;
  told_accelerators_ = std::move(cards);
  return {};
}

Status PlanFollower::report_ready(const std::string& generation, std::vector<std::string> drift) {
  const auto neighbour = options_.neighbour();
  TRY(report({.stage = "ready",
              .generation = generation,
              .neighbour = neighbour,
              .drift = std::move(drift),
              .kept = kept_ == told_kept_ ? std::vector<std::string>() : kept_}));
  // Only now: a head that did not hear it is told with the next heartbeat.
  generation_ = generation;
  told_kept_ = kept_;
  told_neighbour_ = neighbour;
  return {};
}

}  // namespace muster::agent
