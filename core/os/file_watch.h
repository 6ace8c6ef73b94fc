#pragma once
// A file that grows: reads what was added, and tells when more comes (inotify(7)).

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::os {

/// Owns: the open file and the watch on it.
class GrowingFile {
 public:
  /// Errors: the file is missing or not readable.
  static Result<GrowingFile> open(const std::filesystem::path& path);

  /// Readable when the file was written since the last read().
  int descriptor() const { return watch_.get(); }

  /// What was added since the last call; empty when nothing was.
  Result<std::string> read();

 private:
  GrowingFile(Handle file, Handle watch) : file_(std::move(file)), watch_(std::move(watch)) {}
  Handle file_;
  Handle watch_;
};

}  // namespace muster::os
