#pragma once
// What the privileged helper is willing to do for the unprivileged daemon. A daemon that was taken
// over can break the cluster's services, and nothing else of the machine.

#include "core/plan/plan.h"

namespace muster::head {

/// Errors: the first step that is outside: a path that is not Muster's, a service that is not one
/// of the head's, a user below the cluster's range.
Status check_allowed(const plan::Plan& plan);

}  // namespace muster::head
