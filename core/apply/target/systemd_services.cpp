#include "core/apply/target/running_machine.h"
#include "core/apply/target/unit_state.h"

namespace muster::apply {

Result<bool> SystemdServices::is_running(const std::string& unit) {
  TRY_ASSIGN(const os::CommandResult now,
             programs_.ask({"systemctl", "is-active", "--quiet", unit}));
  return now.status == 0;
}

Status SystemdServices::start(const std::string& unit) {
  // A unit that failed too often is refused until its counter is cleared.
  TRY(forget_failure(unit));
  return programs_.run({"systemctl", "start", unit});
}

Status SystemdServices::stop(const std::string& unit) {
  return programs_.run({"systemctl", "stop", unit});
}

Status SystemdServices::forget_failure(const std::string& unit) {
  // One that did not fail has nothing to forget, and is no error.
  TRY(programs_.ask({"systemctl", "reset-failed", unit}));
  return {};
}

Status SystemdServices::reload(const std::string& unit) {
  return programs_.run({"systemctl", "reload", unit});
}

Status SystemdServices::restart(const std::string& unit) {
  return programs_.run({"systemctl", "restart", unit});
}

Status SystemdServices::read_units() { return programs_.run({"systemctl", "daemon-reload"}); }

Result<std::optional<StartState>> SystemdServices::state_at_start(const std::string& unit) {
  return ask_unit_state(programs_, {"systemctl"}, unit);
}

Status SystemdServices::set_state_at_start(const std::string& unit, plan::Unit::State state) {
  return set_unit_state(programs_, {"systemctl"}, unit, state);
}

}  // namespace muster::apply
