#pragma once
// How much room a file system has, and whether it can be written: why a file cannot be written,
// told before anybody asks.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/units.h"

namespace muster::os {

struct FileSystem {
  /// The device or the name of its source, and its type: "/dev/sda2", "ext4".
  std::string source = {};
  std::string type = {};
  Bytes size = {};
  /// What a user who is not root may still write.
  Bytes free = {};
  /// Files that can still be made; none on file systems that do not count them.
  std::optional<std::uint64_t> files_left = {};
  bool is_read_only = false;
};

/// The file system that `path` lies on (statvfs(3), proc_pid_mountinfo(5)).
/// Errors: the path is missing; the disk.
Result<FileSystem> read_file_system(const std::filesystem::path& path);

}  // namespace muster::os
