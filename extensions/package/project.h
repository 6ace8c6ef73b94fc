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
};

/// The package of a project that has no problems. The same project gives the same bytes. Errors: as
/// write_archive; what the package would be has problems, such as a hook without its program.
Result<Packed> pack(Project project);

}  // namespace muster::package
