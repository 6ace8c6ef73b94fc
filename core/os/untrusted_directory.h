#pragma once
// Files in a directory of somebody who is not trusted and who may put links in place of what is
// there at any moment.

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "core/base/result.h"
#include "core/os/files.h"
#include "core/os/handle.h"

namespace muster::os {

/// Names are relative to the directory, and may have a directory in them. A link on the way to one,
/// or in its place, is an error and is not followed (openat2(2), RESOLVE_NO_SYMLINKS); the way to
/// the directory itself is trusted.
class UntrustedDirectory {
 public:
  /// Errors: the directory is missing or none.
  static Result<UntrustedDirectory> open(const std::filesystem::path& path);

  /// Plain files and directories in the directory, or in one below it; nothing else.
  struct Names {
    /// With their sizes in bytes.
    std::map<std::string, std::uint64_t> files;
    std::set<std::string> directories;
  };
  Result<Names> list(const std::string& name = ".") const;

  /// Copies a plain file as copy_file does, and says what it was.
  Result<FileState> copy(const std::string& name, const std::filesystem::path& to,
                         FileMode mode) const;

 private:
  UntrustedDirectory(std::filesystem::path path, Handle directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}
  Result<Handle> open_below(const std::string& name, int flags) const;

  std::filesystem::path path_;
  Handle directory_;
};

}  // namespace muster::os
