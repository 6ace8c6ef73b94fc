#include "core/apply/services.h"

namespace muster::apply {

using plan::Service;

Status read_new_units(Services& services, Changes& changes) {
  if (!changes.has_new_units()) return {};
  TRY(services.read_units());
  changes.units_were_read();
  return {};
}

EffectResult tell_changes(Services& services, const Changes& changes, const Service& step) {
  const bool replaced = changes.is_replaced(step);
  if (!changes.is_touched(step) || (step.on_change == Service::OnChange::nothing && !replaced)) {
    return Effect::unchanged;
  }
  const bool reloads = step.on_change == Service::OnChange::reload ||
                       step.on_change == Service::OnChange::reload_always;
  if (replaced || !reloads) TRY(services.restart(step.unit));
  // One that starts anew knows its files; whom it serves may be told of them by a reload only.
  const bool also = replaced && step.on_change == Service::OnChange::reload_always;
  if (also || (reloads && !replaced)) TRY(services.reload(step.unit));
  return Effect::changed;
}

}  // namespace muster::apply
