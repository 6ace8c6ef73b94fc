#pragma once
// The hashes of core/crypto/hash.h of files.

#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace muster::os {

/// Errors: the file cannot be read.
Result<std::string> sha256_file(const std::filesystem::path& path);

/// Errors: as sha256_file.
Result<std::string> sha1_file(const std::filesystem::path& path);

}  // namespace muster::os
