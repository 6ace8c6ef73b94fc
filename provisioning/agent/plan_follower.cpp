#include "provisioning/agent/plan_follower.h"

#include <chrono>

#include "core/apply/apply.h"

namespace muster::agent {
namespace {

/// Two thirds of the head's seven days.
constexpr auto kRenewAfter = std::chrono::hours(112);

/// A plan whose steps take long is no silence.
constexpr auto kSignOfLife = std::chrono::seconds(10);

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

Status PlanFollower::apply_plan() {
  TRY_ASSIGN(const GivenPlan given, head_.plan());
  TRY(head_.report({.stage = "plan"}));
  const apply::Report report = apply::apply(
      given.plan, {.runner = options_.runner,
                   .pending = options_.pending,
                   .on_step = [this](const apply::Outcome& outcome) {
                     sign_of_life();
                     if (outcome.kind == apply::Outcome::Kind::unchanged) return;
                     say(outcome.step + (outcome.reason.empty() ? "" : ": " + outcome.reason));
                   }});
  if (!report.succeeded()) {
    const std::string reason = failures(report);
    TRY(head_.report({.stage = "plan",
                      .failure = reason,
                      .generation = given.generation,
                      .console = console_.lines()}));
    return fail(reason);
  }
  TRY(report_ready(given.generation));
  say("ready");
  return {};
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
  TRY_ASSIGN(const std::string wanted, head_.heartbeat());
  if (wanted != generation_) TRY(apply_plan());
  TRY(std::move(renewed));
  return options_.neighbour() == told_neighbour_ ? Status() : report_ready(generation_);
}

Status PlanFollower::report_ready(const std::string& generation) {
  const auto neighbour = options_.neighbour();
  TRY(head_.report({.stage = "ready", .generation = generation, .neighbour = neighbour}));
  // Only now: a head that lost its power before it heard of the plan is told at the next heartbeat.
  generation_ = generation;
  told_neighbour_ = neighbour;
  return {};
}

}  // namespace muster::agent
