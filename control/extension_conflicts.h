#pragma once
// Whether the steps of an extension leave what else a machine has as it is. Pure.

#include "core/base/result.h"
#include "core/plan/plan.h"

namespace muster::control {

/// What plan::check_owners does not see, because two steps are about different things. Errors
/// (conflict): one of these steps and one of another origin in the whole plan exclude each other: a
/// file lies where there must be a directory; both are about one unit of systemd.
Status check_beside(const plan::Plan& steps, const plan::Plan& whole);

}  // namespace muster::control
