#include "iso/space.h"

#include <format>
#include <sys/stat.h>

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMib = std::uintmax_t{1} << 20;

// Measured with the default specification, and half again for the packages of a site: downloads 420
// MiB, medium 378, small files for it 27; while they are made, base 844, head 673, an image 89,
// tools 132, our own 56 and 124.
constexpr std::uintmax_t kDownloads = 600 * kMib;
constexpr std::uintmax_t kStage = 100 * kMib;
constexpr std::uintmax_t kMedium = 600 * kMib;

/// The most that lies there while a layer is made.
std::uintmax_t space_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::base:
      return 1300 * kMib;
    case LayerKind::head:
      return 1000 * kMib;
    case LayerKind::image:
      return 250 * kMib;
    case LayerKind::tools:
      return 200 * kMib;
    case LayerKind::microcode:
      return 80 * kMib;
    case LayerKind::muster_head:
    case LayerKind::muster_image:
      return 180 * kMib;
  }
  return 0;
}

/// The folder itself, or the nearest above it that is there.
fs::path existing(fs::path path) {
  while (!fs::exists(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

bool on_one_disk(const fs::path& left, const fs::path& right) {
  struct stat ours{};
  struct stat theirs{};
  return stat(left.c_str(), &ours) == 0 && stat(right.c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev;
}

BuildResult<void> check_disk(const fs::path& folder, std::uintmax_t need, const char* hint) {
  std::error_code error;
  const auto space = fs::space(folder, error);
  if (error) {
    return fail(std::format("cannot ask for space on '{}': {}", folder.string(), error.message()));
  }
  if (space.available >= need) return {};
  return fail_for_machine(std::format("'{}' has {} MiB free and this build may need {}",
                                      folder.string(), space.available / kMib, need / kMib),
                          hint);
}

}  // namespace

SpaceNeed needed_space(const std::vector<LayerPlan>& layers) {
  SpaceNeed need{.cache = kStage, .medium = kMedium};
  for (const auto& layer : layers) {
    need.cache += space_of(layer.kind);
    if (layer.kind == LayerKind::base) need.cache += kDownloads;
  }
  return need;
}

BuildResult<void> check_space(const SpaceNeed& need, const fs::path& cache,
                              const fs::path& medium) {
  static constexpr auto kMoveCache = "free some space, or set MUSTER_CACHE to another directory";
  const auto out = existing(medium);
  if (on_one_disk(cache, out)) return check_disk(cache, need.cache + need.medium, kMoveCache);
  TRY(check_disk(cache, need.cache, kMoveCache));
  return check_disk(out, need.medium, "free some space, or write the ISO to another disk");
}

}  // namespace muster::iso
