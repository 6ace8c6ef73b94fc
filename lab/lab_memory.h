#pragma once
// Memory of this machine that labs share. A guest takes what it was promised bit by bit, so what is
// free now (proc_meminfo(5), MemAvailable) may be promised already.

#include <filesystem>
#include <functional>

#include "core/os/handle.h"
#include "lab/lab.h"

namespace muster::lab {

/// What a process has in memory; nothing when it is gone.
using ResidentMemory = std::function<Bytes(const os::ProcessId&)>;

/// What the machines of a lab may still take: each what it was promised, without what its emulator
/// has. A lab that is not up takes nothing.
Bytes unclaimed_memory(const LabView& view, const ResidentMemory& resident);

/// Whether this machine can give so much, beside what the labs in labs_directory() may still take.
/// Errors: it cannot.
Status check_memory(Bytes needed);

/// The turn of whoever checks memory and starts a lab in it: held until its keeper is up. Waits for
/// another's turn. Errors: the world's; a signal came meanwhile.
Result<os::Handle> take_turn_for_memory();

}  // namespace muster::lab
