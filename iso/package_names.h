#pragma once
// The names of all packages in the lists of archives that a build read (apt_index.h). A build looks
// the packages of its layers up there, and a check of cluster.yaml does so without a network.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::iso {

/// Adds the names that can be installed by one of apt's Packages files (deb822(5)): of packages,
/// and of what they provide. Pure.
void add_package_names(std::string_view list, std::vector<std::string>& names);

/// Those of all lists in the directory, sorted, each once. Errors: one cannot be read.
Result<std::vector<std::string>> read_package_names(const std::filesystem::path& lists);

/// The same for `apt`, the directory of a build's apt (BuildOptions::cache / "apt"); none when the
/// release's main archive is not among the lists: its packages would seem to be missing.
Result<std::optional<std::vector<std::string>>> read_release_names(const std::filesystem::path& apt,
                                                                   std::string_view release);

}  // namespace muster::iso
