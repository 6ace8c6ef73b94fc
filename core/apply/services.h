#pragma once
// What steps and their undoing do with a service.

#include <string>

#include "core/apply/changes.h"
#include "core/apply/programs.h"
#include "core/plan/step.h"

namespace muster::apply {

Result<bool> is_running(const Programs& programs, const std::string& unit);

/// Starts a unit, also one that failed too often before.
Status start_service(const Programs& programs, const std::string& unit);

/// Has systemd read unit files that changed.
Status read_new_units(const Programs& programs, Changes& changes);

/// Starts a service that runs anew, or reloads it, when what it watches changed, as its step says.
EffectResult tell_changes(const Programs& programs, const Changes& changes,
                          const plan::Service& step);

}  // namespace muster::apply
