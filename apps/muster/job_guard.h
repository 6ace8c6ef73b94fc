#pragma once
// Keeps verbs that take something away from jobs that use it. The command line asks the scheduler
// itself: the daemon has no network to ask it by.

#include <string>

#include "core/base/node_set.h"
#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::cli {

/// Errors: jobs run on one of `nodes`, or the scheduler does not say; --force goes on in spite of
/// both.
Status refuse_while_jobs_run_on(os::CommandRunner& runner, const NodeSet& nodes);

/// Errors: jobs of the user run; as above.
Status refuse_while_jobs_run_of(os::CommandRunner& runner, const std::string& user);

}  // namespace muster::cli
