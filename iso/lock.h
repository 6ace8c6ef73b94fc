#pragma once
// The packages of archives that an ISO was made of, in a file beside it, by which a later build
// makes sure that it uses the same: FILE.lock.json.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "iso/layer_plan.h"

namespace muster::iso {

struct Lock {
  /// BuildReport::id of the ISO.
  std::string id;
  /// The newest time of the archives that it was made from. Units: seconds since 1970.
  std::int64_t archives_time = 0;
  Closures closures;
  bool operator==(const Lock&) const = default;
};

/// JSON: {"lock": 1, "id": …, "archives_time": …, "layers": [{"name": …, "packages": [{"name": …,
/// "version": …, "sha256": …}, …]}, …]}.
std::string render_lock(const Lock& lock);

/// Errors: not what render_lock wrote.
Result<Lock> parse_lock(std::string_view text);

/// Errors: it cannot be read; it is no lock file, with the file's name.
Result<Lock> read_lock(const std::filesystem::path& file);

/// Errors: a layer has other packages now, or another file of the same version; the first few, and
/// `next_step`, or else what helps a build.
Status compare_with_lock(const Lock& lock, const Closures& now, const std::string& next_step = {});

}  // namespace muster::iso
