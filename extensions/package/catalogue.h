#pragma once
// A catalogue: a directory with packages that somebody may install. One comes with Muster.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "extensions/specification.h"

namespace muster::package {

/// A package that a catalogue has. Only its specification was read.
struct Offer {
  /// The file of the specification.
  std::filesystem::path file;
  extensions::Specification specification;
};

/// The packages of a directory, by name, the newest version of each first; none when the directory
/// is missing. A file that is no specification of the name that it has is left out. Errors: a file
/// cannot be read.
Result<std::vector<Offer>> read_catalogue(const std::filesystem::path& directory);

/// The specification of the package of this name and version, the newest when `version` is empty;
/// none: the directory has none. Files are chosen by their names: none is read. Errors: the
/// directory cannot be read.
Result<std::optional<std::filesystem::path>> find_package(const std::filesystem::path& directory,
                                                          std::string_view name,
                                                          std::string_view version = {});

}  // namespace muster::package
