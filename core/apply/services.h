#pragma once
// What steps and their undoing do with a service.

#include "core/apply/changes.h"
#include "core/apply/effect.h"
#include "core/apply/target/target.h"

namespace muster::apply {

/// Has systemd read unit files that changed.
Status read_new_units(Services& services, Changes& changes);

/// Starts a service that runs anew, or reloads it, or one after the other, when what it watches
/// changed, as its step says.
EffectResult tell_changes(Services& services, const Changes& changes, const plan::Service& step);

}  // namespace muster::apply
