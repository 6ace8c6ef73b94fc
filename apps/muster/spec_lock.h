#pragma once
// Who changes the head's cluster.yaml: one command at a time.

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::cli {

/// Held until the head's services know of the change. Errors (busy): another command has it.
Result<os::Handle> lock_spec();

}  // namespace muster::cli
