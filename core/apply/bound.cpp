#include "core/apply/bound.h"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>

namespace muster::apply {
namespace {

bool is_below(const std::string& place, const std::string& directory) {
  return place.starts_with(directory + "/");
}

/// Where below `directory` something is mounted: "/ada".
std::set<std::string> mounted_below(std::span<const Mount> mounts, const std::string& directory) {
  std::set<std::string> places;
  for (const Mount& mount : mounts) {
    if (is_below(mount.directory, directory)) {
      places.insert(mount.directory.substr(directory.size()));
    }
  }
  return places;
}

/// Whether a mount is a user's, or comes and goes with those who look.
bool comes_and_goes(const Mount& mount, std::span<const Mount> mounts) {
  return std::ranges::any_of(mounts, [&](const Mount& other) {
    const bool here =
        other.directory == mount.directory || is_below(mount.directory, other.directory);
    return here && (other.owner != 0 || other.type == "autofs");
  });
}

}  // namespace

std::vector<Unbound> find_unbound(std::span<const Mount> mounts, const std::string& source,
                                  const std::string& target) {
  std::vector<Mount> lasting;
  std::ranges::copy_if(mounts, std::back_inserter(lasting),
                       [&](const Mount& mount) { return !comes_and_goes(mount, mounts); });
  const std::set<std::string> shown = mounted_below(mounts, target);
  std::vector<Unbound> unbound;
  for (const std::string& place : mounted_below(lasting, source)) {
    const bool comes_along = std::ranges::any_of(
        unbound, [&](const Unbound& each) { return is_below(source + place, each.source); });
    if (shown.contains(place) || comes_along) continue;
    unbound.push_back({.source = source + place, .target = target + place});
  }
  return unbound;
}

bool is_mounted_here(const std::filesystem::path& directory) {
  struct statx now{};
  return statx(AT_FDCWD, directory.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE,
               &now) == 0 &&
         (now.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

bool leads_through_root_alone(const std::filesystem::path& top,
                              const std::filesystem::path& place) {
  for (std::filesystem::path each = place.parent_path();; each = each.parent_path()) {
    struct stat now{};
    const bool safe = lstat(each.c_str(), &now) == 0 && S_ISDIR(now.st_mode) && now.st_uid == 0 &&
                      (now.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (!safe) return false;
    if (each == top) return true;
    if (each == each.parent_path()) return false;
  }
}

}  // namespace muster::apply
