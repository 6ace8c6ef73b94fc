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

/// Makes the files of one machine. Errors: the disk; qemu-img.
Status prepare_machine(os::CommandRunner& runner, const MachinePlan& machine, const LabPlan& plan);

/// Copies a disk or another large file; what is empty in it takes no room.
Status copy_sparse(os::CommandRunner& runner, const std::filesystem::path& from,
                   const std::filesystem::path& to);

/// Gives one machine copies of its files in `saved`; its memory is read from there.
Status prepare_saved_machine(os::CommandRunner& runner, const MachinePlan& machine,
                             const LabPlan& plan, const std::filesystem::path& saved);

/// Removes the machines' files and the lab's own, but not its lock. The consoles that stayed, when
/// asked.
Result<std::vector<std::filesystem::path>> remove_files(const LabPlan& plan, Leftovers leftovers);

}  // namespace muster::lab
