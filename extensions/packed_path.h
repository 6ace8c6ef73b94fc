#pragma once
// The names that an extension's files have in its archive.

#include <set>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::extensions {

/// A relative path in its only spelling: names of ASCII letters, digits and "._-+=@,~%" with '/'
/// between, none of them "." or "..". Errors (invalid): the rule that it breaks.
Status check_packed_path(std::string_view path);

/// The paths of one archive, in the order in which they come. Each is there once, whatever the case
/// of its letters: a file system may not tell them apart.
class PackedPaths {
 public:
  enum class Kind { file, directory };
  /// Errors (invalid): check_packed_path; the path came before, or one that differs in case only; a
  /// file is where a directory should be.
  Status add(std::string_view path, Kind kind);

  std::size_t size() const { return entries_; }

 private:
  std::size_t entries_ = 0;
  /// In lower case.
  std::set<std::string, std::less<>> files_;
  std::set<std::string, std::less<>> directories_;
  /// Directories that no entry names, but a path leads through.
  std::set<std::string, std::less<>> implied_;
  /// How each directory's name is spelt.
  std::set<std::string, std::less<>> spelt_;
};

}  // namespace muster::extensions
