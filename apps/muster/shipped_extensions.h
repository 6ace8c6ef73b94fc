#pragma once
// The extensions that come with Muster: packages beside this program, which root installed with it.

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "extensions/package/package.h"

namespace muster::cli {

/// Their directory. It may be missing.
Result<std::filesystem::path> find_shipped_extensions();

/// Whether a package that was read is one of them, byte by byte: its specification has the hash of
/// its archive.
Result<bool> is_shipped(const package::PackageFiles& files);

/// The package that a person means: the name of an extension that comes with Muster, or the path of
/// a file. Errors (absent): none has that name.
Result<std::filesystem::path> read_package_path(const std::string& words);

}  // namespace muster::cli
