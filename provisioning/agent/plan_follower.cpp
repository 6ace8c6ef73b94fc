#include "provisioning/agent/plan_follower.h"

#include <chrono>
#include <utility>

#include "core/apply/apply.h"
#include "core/os/hash.h"

namespace muster::agent {
namespace {

/// Two thirds of the head's seven days.
constexpr auto kRenewAfter = std::chrono::hours(112);

/// A plan whose steps take long is no silence.
constexpr auto kSignOfLife = std::chrono::seconds(10);

/// Between two looks at a plan that held: minutes, because it costs each node some processes while
/// jobs run there.
constexpr auto kCheckAgain = std::chrono::minutes(8);

/// The head collects changes before it applies them, and slurmctld and slurmd read them one after
/// the other.
constexpr auto kAskOften = std::chrono::minutes(3);

/// While slurmctld has a reason that passes, such as a job that still uses a card.
constexpr auto kAskSoon = std::chrono::minutes(1);

/// Otherwise. The head may take longer than it should, and then nobody else would ask.
constexpr auto kAskSeldom = std::chrono::minutes(15);

/// Up to four minutes: nodes that booted together do not do the same together for ever.
std::chrono::seconds random_part() {
  return std::chrono::seconds(std::stoul(os::random_hex(1), nullptr, 16));
}

std::string failures(const apply::Report& report) {
  std::string text;
  for (const apply::Outcome& outcome : report.outcomes) {
    if (outcome.kind != apply::Outcome::Kind::failed) continue;
    text += (text.empty() ? "" : " | ") + outcome.step + ": " + outcome.reason;
  }
  return text;
}

}  // namespace

void PlanFollower::say(const std::string& line) {
  console_.add(line);
  options_.say(line);
}

/// Errors: a step failed; the head was told.
Result<apply::Report> PlanFollower::make_true(const plan::Plan& plan,
                                              const std::string& generation) {
  apply::Report applied = apply::apply(
      plan, {.runner = options_.runner,
             .pending = options_.pending,
             .on_step = [this](const apply::Outcome& outcome) {
               sign_of_life();
               if (outcome.kind == apply::Outcome::Kind::unchanged) return;
               say(outcome.step + (outcome.reason.empty() ? "" : ": " + outcome.reason));
             }});
  if (applied.succeeded()) return applied;
  const std::string reason = failures(applied);
  TRY(report(
      {.stage = "plan", .failure = reason, .generation = generation, .console = console_.lines()}));
  return fail(reason);
}

Status PlanFollower::apply_plan() {
  TRY_ASSIGN(GivenPlan given, head_.plan());
  // Before the steps: slurmd does not start while the head's configuration names a device file that
  // is gone.
  TRY(report({.stage = "plan"}));
  TRY(make_true(given.plan, given.generation));
  TRY(report_ready(given.generation));
  plan_ = std::move(given.plan);
  plan_next_check();
  say("ready");
  return {};
}

void PlanFollower::plan_next_check() { next_check_ = options_.now() + kCheckAgain + random_part(); }

/// What somebody changed on this machine is put right, and told.
Status PlanFollower::check_plan() {
  plan_next_check();
  const auto report = make_true(plan_, generation_);
  if (!report) {
    // It is tried again at each heartbeat, as any plan that failed.
    generation_.clear();
    return std::unexpected(report.error());
  }
  std::vector<std::string> drift;
  for (const apply::Outcome& outcome : report->outcomes) {
    if (outcome.kind == apply::Outcome::Kind::changed) drift.push_back(outcome.step);
  }
  return drift.empty() ? Status() : report_ready(generation_, std::move(drift));
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
  // With the next plan that it applies the node says that it goes on.
  generation_.clear();
  TRY(told);
  return fail(reason);
}

void PlanFollower::sign_of_life() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_sign_ < kSignOfLife) return;
  last_sign_ = now;
  // The plan goes on without it; what became of the plan is told in any case.
  if (const auto heard = head_.heartbeat(); !heard) say("head: " + heard.error().text());
}

Status PlanFollower::beat() {
  // The file's age, not the agent's: an agent that was started again still renews in time.
  // Nothing of a heartbeat may keep the rest from being tried.
  Status renewed = head_.certificate_age() >= kRenewAfter ? head_.renew() : Status();
  TRY_ASSIGN(const Wanted wanted, head_.heartbeat());
  // The head tells a wish until it knows of the reboot.
  if (!wanted.reboot.empty() && std::exchange(heard_wish_, wanted.reboot) != wanted.reboot) {
    return reboot();
  }
  if (wanted.generation != generation_) {
    TRY(apply_plan());
  } else if (options_.now() >= next_check_) {
    TRY(check_plan());
  }
  TRY(std::move(renewed));
  ask_scheduler();
  const bool same =
      options_.neighbour() == told_neighbour_ && options_.accelerators() == told_accelerators_;
  return same ? Status() : report_ready(generation_);
}

void PlanFollower::ask_scheduler() {
  const auto now = options_.now();
  // A node that never had cards has nothing that the scheduler could have misread.
  if (!had_cards_ || (now >= asks_until_ && now < next_ask_)) return;
  const auto waits = options_.return_to_work();
  const std::string error = waits ? std::string() : waits.error().text();
  // The console keeps few lines, and slurmctld may be away for days.
  if (!error.empty() && error != said_of_scheduler_) say(error);
  said_of_scheduler_ = error;
  next_ask_ = now + (waits.value_or(true) ? kAskSoon : kAskSeldom + random_part());
}

/// Tells the head, and with it the accelerators that it does not know yet.
Status PlanFollower::report(provisioning::NodeReport report) {
  auto cards = options_.accelerators();
  report.accelerators = cards;
  TRY(head_.report(report));
  if (cards != told_accelerators_) asks_until_ = options_.now() + kAskOften;
  had_cards_ = had_cards_ || (cards && !cards->empty());
  told_accelerators_ = std::move(cards);
  return {};
}

Status PlanFollower::report_ready(const std::string& generation, std::vector<std::string> drift) {
  const auto neighbour = options_.neighbour();
  TRY(report({.stage = "ready",
              .generation = generation,
              .neighbour = neighbour,
              .drift = std::move(drift)}));
  // Only now: a head that lost its power before it heard of the plan is told at the next heartbeat.
  generation_ = generation;
  told_neighbour_ = neighbour;
  return {};
}

}  // namespace muster::agent
