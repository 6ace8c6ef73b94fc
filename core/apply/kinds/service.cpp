// service: a systemd unit in a wanted state.

#include "core/apply/kinds.h"
#include "core/apply/services.h"

namespace muster::apply {

using plan::Service;

EffectResult make_true(const Service& step, Machine& machine) {
  TRY(read_new_units(machine.programs, machine.changes));
  const bool wanted = step.state == Service::State::running;
  TRY_ASSIGN(const bool running, is_running(machine.programs, step.unit));
  if (!wanted) {
    if (!running) return Effect::unchanged;
    TRY(machine.programs.run({"systemctl", "stop", step.unit}));
    return Effect::changed;
  }
  if (running) return tell_changes(machine.programs, machine.changes, step);
  TRY(start_service(machine.programs, step.unit));
  return Effect::changed;
}

Result<Sight> see(const Service& step, const Surroundings& around) {
  TRY_ASSIGN(const bool running, is_running(around.programs, step.unit));
  return Sight{.former = {.kind = running ? Former::Kind::running : Former::Kind::stopped}};
}

EffectResult take_back(const Service& step, TakingBack& back) {
  const bool runs = step.state == Service::State::running;
  const bool ran = back.entry.former.kind == Former::Kind::running;
  if (back.entry.former.kind == Former::Kind::other || runs == ran) return Effect::unchanged;
  TRY_ASSIGN(const bool running, is_running(back.programs, step.unit));
  if (running == ran) return Effect::unchanged;
  TRY(ran ? start_service(back.programs, step.unit)
          : back.programs.run({"systemctl", "stop", step.unit}));
  return Effect::changed;
}

}  // namespace muster::apply
