#include "core/apply/services.h"

namespace muster::apply {

using plan::Service;

Result<bool> is_running(const Programs& programs, const std::string& unit) {
  TRY_ASSIGN(const os::CommandResult now,
             programs.ask({"systemctl", "is-active", "--quiet", unit}));
  return now.status == 0;
}

Status start_service(const Programs& programs, const std::string& unit) {
  // A unit that failed too often is refused until its counter is cleared.
  TRY(programs.ask({"systemctl", "reset-failed", unit}));
  return programs.run({"systemctl", "start", unit});
}

Status read_new_units(const Programs& programs, Changes& changes) {
  if (!changes.has_new_units()) return {};
  TRY(programs.run({"systemctl", "daemon-reload"}));
  changes.units_were_read();
  return {};
}

EffectResult tell_changes(const Programs& programs, const Changes& changes, const Service& step) {
  const bool replaced = changes.is_replaced(step);
  if (!changes.is_touched(step) || (step.on_change == Service::OnChange::nothing && !replaced)) {
    return Effect::unchanged;
  }
  const bool reload = step.on_change == Service::OnChange::reload && !replaced;
  TRY(programs.run({"systemctl", reload ? "reload" : "restart", step.unit}));
  return Effect::changed;
}

}  // namespace muster::apply
