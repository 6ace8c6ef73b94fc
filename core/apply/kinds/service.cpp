// service: a systemd unit in a wanted state.

#include "core/apply/kinds.h"
#include "core/apply/services.h"

namespace muster::apply {

using plan::Service;

EffectResult make_true(const Service& step, Machine& machine) {
  Services& services = machine.target.services();
  TRY(read_new_units(services, machine.changes));
  const bool wanted = step.state == Service::State::running;
  TRY_ASSIGN(const bool running, services.is_running(step.unit));
  if (!wanted) {
    if (!running) return Effect::unchanged;
    TRY(services.stop(step.unit));
    return Effect::changed;
  }
  if (running) return tell_changes(services, machine.changes, step);
  TRY(services.start(step.unit));
  return Effect::changed;
}

Result<Sight> see(const Service& step, Target& target) {
  TRY_ASSIGN(const bool running, target.services().is_running(step.unit));
  return Sight{.former = {.kind = running ? Former::Kind::running : Former::Kind::stopped}};
}

EffectResult take_back(const Service& step, TakingBack& back) {
  const bool runs = step.state == Service::State::running;
  const bool ran = back.entry.former.kind == Former::Kind::running;
  if (back.entry.former.kind == Former::Kind::other || runs == ran) return Effect::unchanged;
  Services& services = back.target.services();
  TRY_ASSIGN(const bool running, services.is_running(step.unit));
  if (running != ran) TRY(ran ? services.start(step.unit) : services.stop(step.unit));
  // What failed here is not there any more.
  if (!ran) TRY(services.forget_failure(step.unit));
  return running == ran ? Effect::unchanged : Effect::changed;
}

}  // namespace muster::apply
