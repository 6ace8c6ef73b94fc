#pragma once
// The extensions that a head has. Only root writes here, so root's helper and the daemon believe
// the same (docs/decisions/0028-extensions.md).
//
//   /var/lib/muster-extensions/NAME/VERSION-HASH-TIME/specification.yaml    as it was installed
//   /var/lib/muster-extensions/NAME/VERSION-HASH-TIME/content/              the files of the
//   archive /var/lib/muster-extensions/NAME/grant.json                         what root granted
//
// The grant names the directory. Without a grant an extension is not there, whatever else is left
// of it. HASH is the beginning of the specification's SHA-256.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/layout.h"
#include "core/base/result.h"
#include "extensions/specification.h"

namespace muster::extensions {

inline constexpr const char* kStore = layout::kExtensions;
inline constexpr const char* kGrantFile = "grant.json";
/// In the directory that the grant names.
inline constexpr const char* kSpecificationFile = "specification.yaml";
inline constexpr const char* kContentDirectory = "content";

/// The unit of an extension's host: `kind` is "socket" or "service".
std::string unit_of(const std::string& name, std::string_view kind);

/// Where the grant of an extension is.
std::filesystem::path grant_of(const std::filesystem::path& store, const std::string& name);

/// Where the services of an extension keep what is theirs on the head: the unit of one makes it
/// with StateDirectory=, and a state disk keeps it.
std::filesystem::path data_of(const std::string& name);

/// What root decided when the extension was installed.
struct Grant {
  std::string name;
  Version version;
  /// The SHA-256 of the specification.
  std::string specification;
  /// What it may own; as its specification asked.
  std::vector<Right> rights;
  /// Who answers for it: package::to_string; empty: nobody signed it.
  std::string signer;
  /// Milliseconds since 1970.
  std::int64_t at_ms = 0;

  /// "VERSION-HASH-TIME": no installation writes where another one is.
  std::string directory() const;
  bool operator==(const Grant&) const = default;
};

/// [{"place", "files", "directories", "units", "commands", "packages", "scheduler", "reason"}, …],
/// as grants and pages have them.
nlohmann::json rights_json(const std::vector<Right>& rights);

std::string render_grant(const Grant& grant);
/// Errors (invalid): it is none; (conflict) it is of a newer version.
Result<Grant> parse_grant(std::string_view text);

struct Installed {
  Grant grant;
  Specification specification;
  /// Where the files of the archive are.
  std::filesystem::path content;
};

/// Why nothing is known of an extension (absent).
Error no_extension(std::string_view name);

/// Errors: no_extension; what is there cannot be read, or is not what was granted.
Result<Installed> read_installed(const std::filesystem::path& store, const std::string& name);

/// What is installed, by name. One that cannot be used costs nothing else.
struct Inventory {
  std::vector<Installed> installed;
  /// Those that are installed and cannot be used.
  std::map<std::string, Error, std::less<>> damaged;
};
/// Errors: the directory cannot be read.
Result<Inventory> read_inventory(const std::filesystem::path& store);

/// Errors (conflict): another extension owns what this one asks for; the error has its name.
Status check_rights(const Specification& wanted, const std::vector<Installed>& installed);

/// Whether a grant lets its extension write this file in a place. A right to a unit is one to its
/// file (unit_path).
bool may_write(const Grant& grant, Place place, std::string_view file);
/// Whether it may make this directory there.
bool may_make(const Grant& grant, Place place, std::string_view directory);
/// Whether it may start and stop this unit there.
bool may_run(const Grant& grant, Place place, std::string_view unit);
/// Whether its hooks may run this program on nodes.
bool may_command(const Grant& grant, std::string_view program);
/// Whether it may set this key of slurm.conf.
bool may_schedule(const Grant& grant, std::string_view key);

}  // namespace muster::extensions
