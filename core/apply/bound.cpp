#include "core/apply/bound.h"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>

namespace muster::apply {
namespace {

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

/// Where users mount, and where something is mounted when somebody looks.
std::vector<std::string_view> passing_places(std::span<const Mount> mounts) {
  std::vector<std::string_view> places;
  for (const Mount& mount : mounts) {
    if (mount.owner != 0 || mount.type == "autofs") places.push_back(mount.directory);
  }
  return places;
}

}  // namespace

bool is_bind(const plan::MountFileSystem& step) {
  return step.options == "bind" || step.options.starts_with("rbind");
}

std::vector<Unbound> find_unbound(std::span<const Mount> mounts, const std::string& source,
                                  const std::string& target) {
  const std::set<std::string> shown = mounted_below(mounts, target);
  const std::vector<std::string_view> passing = passing_places(mounts);
  std::vector<Unbound> unbound;
  for (const std::string& place : mounted_below(mounts, source)) {
    if (shown.contains(place)) continue;
    Unbound each = {.source = source + place, .target = target + place};
    const auto is_here = [&](std::string_view other) {
      return each.source == other || is_below(each.source, other);
    };
    const bool comes_along = std::ranges::any_of(unbound, is_here, &Unbound::source);
    if (comes_along || std::ranges::any_of(passing, is_here)) continue;
    unbound.push_back(std::move(each));
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
