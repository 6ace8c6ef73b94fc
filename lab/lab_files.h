#pragma once
// The files of a lab: checked before it starts, made, and removed. Only what a lab made is removed.

#include <filesystem>
#include <vector>

#include "lab/lab.h"

namespace muster::lab {

/// Errors: the directory holds something that is no lab's.
Status check_directory(const std::filesystem::path& directory);

/// Whether this machine can run the lab. Errors: no emulator, no firmware, no such ISO, not enough
/// memory, not root.
Status check_host(const LabPlan& plan);

/// Removes the machines' files and the lab's own, but not its lock. The consoles that stayed, when
/// asked.
Result<std::vector<std::filesystem::path>> remove_files(const LabPlan& plan, Leftovers leftovers);

}  // namespace muster::lab
