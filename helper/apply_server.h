#pragma once
// The helper's other verb: applies the head's plan when the daemon knocks on its socket, and
// answers with the report. A knock carries no data; the plan is a file, and only what is allowed is
// done.

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::helper {

/// Serves the socket that systemd passed (sd_listen_fds(3)) until nobody has knocked for a while.
/// Errors: not started by systemd.
Status serve_apply(os::CommandRunner& runner);

}  // namespace muster::helper
