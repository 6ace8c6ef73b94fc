#pragma once
// What a process that builds has of its own, so that nothing of the machine or of its caller gets
// into a layer, and nothing of a layer onto the machine.

#include "core/base/result.h"

namespace muster::iso {

/// Gives this process mounts of its own, which end with it, however it ends, and the file creation
/// mask 022 (umask(2)), which the programs that it starts inherit. Errors: not root. Threads:
/// before any thread is started.
Status isolate();

}  // namespace muster::iso
