// unit: what the start of the system does with a unit.

#include <optional>

#include "core/apply/kinds.h"
#include "core/apply/services.h"

namespace muster::apply {
namespace {

using State = plan::Unit::State;

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
  // A unit that is not there can be masked as well.
  const auto now = services.state_at_start(step.unit);
  if (now ? *now == step.state : step.state == State::disabled) return Effect::unchanged;
  if (!now && step.state == State::enabled) return std::unexpected(now.error());
  TRY(services.set_state_at_start(step.unit, step.state));
  return Effect::changed;
}

Result<Sight> see(const plan::Unit& step, Target& target) {
  const auto now = target.services().state_at_start(step.unit);
  // The plan may be about to bring the unit.
  return Sight{.former = {.kind = now ? former_of(*now) : Former::Kind::disabled}};
}

EffectResult take_back(const plan::Unit& step, TakingBack& back) {
  const auto former = state_of(back.entry.former.kind);
  Services& services = back.target.services();
  const auto now = services.state_at_start(step.unit);
  // It is gone, or somebody decided otherwise since.
  if (!former || !now || *now != step.state || *now == *former) return Effect::unchanged;
  TRY(services.set_state_at_start(step.unit, *former));
  return Effect::changed;
}

}  // namespace muster::apply
