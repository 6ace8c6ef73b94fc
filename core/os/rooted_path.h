#pragma once
// Paths of a system that lies in a directory: its links lead to places in that directory, as they
// will when it is a root, and nowhere else (openat2(2), RESOLVE_IN_ROOT).

#include <filesystem>
#include <optional>

#include "core/base/result.h"

namespace muster::os {

/// Where an absolute path of the system below `root` is here, all links followed; none when nothing
/// is there. Errors: links in a circle; the disk.
Result<std::optional<std::filesystem::path>> find_below(const std::filesystem::path& root,
                                                        const std::filesystem::path& path);

/// As find_below, of a directory that is made when it is missing, with its parents. Errors: also
/// something else is in its place.
Result<std::filesystem::path> make_directory_below(const std::filesystem::path& root,
                                                   const std::filesystem::path& path);

}  // namespace muster::os
