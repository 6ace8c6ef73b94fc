#pragma once
// Whether two media are the same, and where they differ.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::iso {

/// Paths whose name, type, mode or content differs between two trees, sorted, at most `limit`.
Result<std::vector<std::string>> compare_trees(const std::filesystem::path& left,
                                               const std::filesystem::path& right,
                                               std::size_t limit);

/// The first files in which two media differ; those inside a squashfs as "LAYER: FILE". `work` is a
/// folder for unpacking.
Result<std::vector<std::string>> find_differences(os::CommandRunner& runner,
                                                  const std::filesystem::path& left,
                                                  const std::filesystem::path& right,
                                                  const std::filesystem::path& work);

}  // namespace muster::iso
