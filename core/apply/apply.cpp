#include "core/apply/apply.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/apply/kinds.h"
#include "core/apply/machine.h"
#include "core/apply/memory.h"

namespace muster::apply {
namespace {

/// Makes one step true, and says what it came to.
Outcome take_step(const plan::Step& step, Machine& machine) {
  Outcome outcome{.step = plan::describe(step), .origin = step.origin};
  const auto apply_known = [&](const auto& known) { return make_true(known, machine); };
  const Status fits = plan::check(step);
  const EffectResult effect =
      fits ? std::visit(apply_known, step) : EffectResult(std::unexpected(fits.error()));
  if (!effect) {
    if (const auto* const service = std::get_if<plan::Service>(&step)) {
      machine.changes.owe(*service);
    }
    outcome.kind = Outcome::Kind::failed;
    outcome.reason = effect.error().text();
  } else if (*effect == Effect::changed) {
    outcome.kind = Outcome::Kind::changed;
  }
  return outcome;
}

const char* word_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::failed:
      return "failed";
    case Outcome::Kind::kept:
      return "kept";
    case Outcome::Kind::taken_back:
      return "taken back";
    case Outcome::Kind::changed:
      return "changed";
    case Outcome::Kind::unchanged:
      break;
  }
  return "unchanged";
}

void add_failure(Report& report, std::string step, const Status& status) {
  if (status) return;
  report.outcomes.push_back(
      {.step = std::move(step), .kind = Outcome::Kind::failed, .reason = status.error().text()});
}

}  // namespace

bool Report::succeeded() const {
  return std::ranges::none_of(outcomes,
                              [](const Outcome& o) { return o.kind == Outcome::Kind::failed; });
}

std::size_t Report::changed() const {
  return static_cast<std::size_t>(std::ranges::count_if(outcomes, [](const Outcome& o) {
    return o.kind == Outcome::Kind::changed || o.kind == Outcome::Kind::taken_back;
  }));
}

nlohmann::json to_json(const Report& report) {
  nlohmann::json steps = nlohmann::json::array();
  for (const Outcome& outcome : report.outcomes) {
    steps.push_back({{"step", outcome.step},
                     {"origin", outcome.origin},
                     {"outcome", word_of(outcome.kind)},
                     {"reason", outcome.reason}});
  }
  return {{"succeeded", report.succeeded()}, {"steps", std::move(steps)}};
}

Report apply(const plan::Plan& plan, Target& target, const Options& options) {
  Machine machine(target, options.pending);
  Report report;
  const Status loaded = machine.changes.load();
  add_failure(report, "what the last apply left", loaded);
  const auto add = [&](Outcome outcome) {
    report.outcomes.push_back(std::move(outcome));
    if (options.on_step) options.on_step(report.outcomes.back());
  };
  const auto take = [&](const plan::Step& step) { add(take_step(step, machine)); };
  Memory memory(target, options, machine.changes);
  add_failure(report, "the record of what was here before", memory.put_back_leavers(plan, add));
  const auto leavers = machine.accounts.find_leavers(plan, options.undecided);
  add_failure(report, "the list of the accounts that were made here",
              leavers ? Status() : std::unexpected(leavers.error()));
  if (leavers) std::ranges::for_each(*leavers, take);
  add_failure(report, "the record of what was here before", memory.remember(plan));
  machine.accounts.make_missing(plan);
  // The steps look for the new accounts.
  const auto flush = [&] {
    add_failure(report, "caches of the accounts", machine.accounts.flush_caches());
  };
  flush();
  for (const plan::Step& step : plan.steps) {
    if (!memory.must_wait(step)) take(step);
  }
  const auto free = memory.try_again(add);
  add_failure(report, "the record of what was here before",
              free ? Status() : std::unexpected(free.error()));
  const bool is_any_free = free && !free->empty();
  if (is_any_free) {
    add_failure(report, "the record of what was here before", memory.remember(plan));
  }
  for (const plan::Step& step : plan.steps) {
    if (is_any_free && free->contains(plan::subject(step))) take(step);
  }
  flush();
  // What could not be read may hold more than is known.
  if (loaded) add_failure(report, "what is left to do", machine.changes.keep_owed());
  return report;
}

}  // namespace muster::apply
