#pragma once
// Extensions of Gluster's platform of 2006: NAME.gex, lines of `key: value`, and a .tgz beside it.
// Such a pair becomes a package of today: unsigned, in shell, with its program as the hook
// `install`. docs/extensions.md says what that program can do here.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/places.h"
#include "extensions/package/package.h"
#include "extensions/package/project.h"

namespace muster::package {

/// What a .gex says.
struct Gex {
  std::string name;
  std::string description;
  std::string maintainer;
  /// The .tgz, in the same directory.
  std::string contents;
  /// The program, below the root of the archive.
  std::string exec = "runme";
  /// What it is in the menu of applications, or of HPC's; one of both at most, and each may be
  /// empty.
  std::string application;
  std::string hpc;
};

struct GexOutcome {
  Gex gex;
  /// With places; empty: all is well.
  std::vector<spec::Diagnostic> problems;
};

/// `file_name` is used in problems only. Any bytes are answered by problems.
GexOutcome parse_gex(std::string_view text, std::string_view file_name);

bool is_gex(const std::filesystem::path& file);

/// The project that such a pair is: its specification has no problems. `text`: of the .gex. Errors:
/// a file cannot be read; the archive breaks a rule; its program is missing. In `problems`: what is
/// wrong with the .gex.
Result<Project> read_gex(os::CommandRunner& runner, const std::filesystem::path& extract,
                         const std::filesystem::path& file);

}  // namespace muster::package
