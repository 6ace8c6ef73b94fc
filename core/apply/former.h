#pragma once
// What stood on a machine in the place of a step's subject before a plan changed it.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/apply/target/target.h"
#include "core/os/files.h"
#include "core/plan/step.h"

namespace muster::apply {

struct Former {
  enum class Kind {
    absent,     ///< nothing; `text`: the topmost directory on the way that was missing as well
    file,       ///< a regular file; `text`: SHA-256 of its content
    link,       ///< a symbolic link; `text`: where it leads
    directory,  ///< a directory, at which nothing was mounted
    mounted,    ///< a file system was mounted there
    running,    ///< a service
    stopped,    ///< a service
    name,       ///< `text`: the host's name
    enabled,    ///< a unit
    disabled,   ///< a unit
    masked,     ///< a unit
    holds,      ///< what a package or a command step makes true was true
    other       ///< what nobody can put back, such as a device or a file that cannot be read
  };
  Kind kind = Kind::other;
  std::string text = {};
  /// Of a file or a directory.
  os::FileMode mode = {};
  bool operator==(const Former&) const = default;
};

/// {"kind": "file", "text": …, "mode": 420, "uid": 0, "gid": 0}; the last three of files and
/// directories only.
nlohmann::json to_json(const Former& former);
/// Errors (invalid): a member is missing or out of its bounds.
Result<Former> parse_former(const nlohmann::json& value);

/// Whether a machine remembers what a step of this kind replaced (kinds.h). A file that was removed
/// is not made again.
bool is_remembered(const plan::Step& step);

struct Sight {
  Former former;
  /// Of a file.
  std::string content = {};
};

/// What is there now. Errors: a program that must be asked fails.
Result<Sight> look_at(const plan::Step& step, Target& target);

}  // namespace muster::apply
