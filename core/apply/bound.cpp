#include "core/apply/bound.h"

#include <algorithm>
#include <set>
#include <sys/stat.h>

namespace muster::apply {
namespace {

/// Where below `directory` something is mounted: "/ada", in the kernel's order of names.
std::set<std::string> mounted_below(std::span<const Mount> mounts, const std::string& directory,
                                    bool (*counts)(const Mount&)) {
  std::set<std::string> places;
  for (const Mount& mount : mounts) {
    const bool below = mount.directory.starts_with(directory + "/");
    if (below && counts(mount)) places.insert(mount.directory.substr(directory.size()));
  }
  return places;
}

bool can_be_bound(const Mount& mount) { return mount.owner == 0 && mount.type != "autofs"; }

bool any(const Mount&) { return true; }

}  // namespace

std::vector<Unbound> find_unbound(std::span<const Mount> mounts, const std::string& source,
                                  const std::string& target) {
  const std::set<std::string> shown = mounted_below(mounts, target, any);
  std::vector<Unbound> unbound;
  std::string topmost;
  for (const std::string& place : mounted_below(mounts, source, can_be_bound)) {
    const bool comes_along = !topmost.empty() && place.starts_with(topmost + "/");
    if (shown.contains(place) || comes_along) continue;
    topmost = place;
    unbound.push_back({.source = source + place, .target = target + place});
  }
  return unbound;
}

bool leads_through_root_alone(const std::filesystem::path& top,
                              const std::filesystem::path& place) {
  for (std::filesystem::path each = place.parent_path(); each != top; each = each.parent_path()) {
    struct stat now{};
    const bool safe = lstat(each.c_str(), &now) == 0 && S_ISDIR(now.st_mode) && now.st_uid == 0 &&
                      (now.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (!safe || each == each.parent_path()) return false;
  }
  return true;
}

}  // namespace muster::apply
