// unit: what the start of the system does with a unit.

#include <format>
#include <optional>

#include "core/apply/kinds.h"
#include "core/apply/services.h"

namespace muster::apply {
namespace {

using State = plan::Unit::State;
using Start = std::optional<StartState>;

/// A unit that only others start is not enabled, and one that is not there neither.
State state_of(const Start& start) {
  if (start == StartState::masked) return State::masked;
  return start == StartState::enabled ? State::enabled : State::disabled;
}

Former::Kind former_of(State state) {
  if (state == State::masked) return Former::Kind::masked;
  return state == State::enabled ? Former::Kind::enabled : Former::Kind::disabled;
}

std::optional<State> state_of(Former::Kind former) {
  switch (former) {
    case Former::Kind::enabled:
      return State::enabled;
    case Former::Kind::disabled:
      return State::disabled;
    case Former::Kind::masked:
      return State::masked;
    default:
      return std::nullopt;
  }
}

}  // namespace

EffectResult make_true(const plan::Unit& step, Machine& machine) {
  Services& services = machine.target.services();
  TRY(read_new_units(services, machine.changes));
  TRY_ASSIGN(const Start before, services.state_at_start(step.unit));
  if (state_of(before) == step.state) return Effect::unchanged;
  TRY(services.set_state_at_start(step.unit, step.state));
  TRY_ASSIGN(const Start now, services.state_at_start(step.unit));
  if (state_of(now) == step.state) return Effect::changed;
  return fail(std::format("unit '{}' is not {} though systemctl took it", step.unit,
                          plan::word_of(step.state)),
              std::format("run 'systemctl is-enabled {}' to see what it is", step.unit));
}

Result<Sight> see(const plan::Unit& step, Target& target) {
  // The plan may be about to bring the unit.
  TRY_ASSIGN(const Start now, target.services().state_at_start(step.unit));
  return Sight{.former = {.kind = former_of(state_of(now))}};
}

EffectResult take_back(const plan::Unit& step, TakingBack& back) {
  const auto former = state_of(back.entry.former.kind);
  Services& services = back.target.services();
  TRY_ASSIGN(const Start now, services.state_at_start(step.unit));
  // It is gone, or somebody decided otherwise since.
  if (!former || !now || state_of(now) != step.state || step.state == *former) {
    return Effect::unchanged;
  }
  TRY(services.set_state_at_start(step.unit, *former));
  return Effect::changed;
}

}  // namespace muster::apply
