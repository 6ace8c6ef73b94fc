#pragma once
// A project: the directory in which an author makes an extension.
//
//   extension.yaml    the specification without `archive` and `files`
//   content/          what the archive has
//
// Other files in it are the author's own.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "extensions/package/archive.h"
#include "extensions/specification.h"

namespace muster::package {

inline constexpr const char* kProjectFile = "extension.yaml";

struct Project {
  std::string text;
  /// None: `problems` says why.
  std::optional<extensions::Specification> specification;
  std::vector<spec::Diagnostic> problems;
  std::vector<SourceFile> files;
};

/// Errors: the directory is no project; a file cannot be read; something in `content` is neither a
/// file nor a directory; it is too large.
Result<Project> read_project(const std::filesystem::path& directory);

/// Both files of a package.
struct Packed {
  extensions::Specification specification;
  std::string text;
  std::string archive;
  /// What is wrong with the project as a whole, such as a hook without its program; the other
  /// members say nothing then.
  std::vector<spec::Diagnostic> problems;
};

/// The package of a project whose specification has no problems. The same project gives the same
/// bytes. `file_name` is used in problems only. Errors: as write_archive; the specification is
/// written in a way to which nothing can be added.
Result<Packed> pack(Project project, std::string_view file_name);

}  // namespace muster::package
