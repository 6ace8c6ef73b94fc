#include "core/os/file_system.h"

#include <cerrno>
#include <cstring>
#include <format>
#include <sys/statvfs.h>

#include "core/base/mounts.h"
#include "core/os/files.h"

namespace muster::os {
namespace {

bool contains(const Mount& mount, const std::string& place) {
  return mount.directory == "/" || mount.directory == place || is_below(place, mount.directory);
}

/// The mount that hides all others at `path`; none when the kernel does not tell.
std::optional<Mount> mount_of(const std::filesystem::path& path) {
  std::error_code error;
  const std::string place = std::filesystem::canonical(path, error).string();
  const auto table = read_file("/proc/self/mountinfo");
  if (error || !table) return std::nullopt;
  std::optional<Mount> nearest;
  for (Mount& mount : parse_mounts(*table)) {
    const bool is_nearer = !nearest || mount.directory.size() >= nearest->directory.size();
    if (is_nearer && contains(mount, place)) nearest = std::move(mount);
  }
  return nearest;
}

}  // namespace

Result<FileSystem> read_file_system(const std::filesystem::path& path) {
  struct statvfs now{};
  if (statvfs(path.c_str(), &now) != 0) {
    return fail(std::format("cannot look at the file system of '{}': {}", path.string(),
                            std::strerror(errno)));
  }
  FileSystem found{.size = Bytes{now.f_blocks * now.f_frsize},
                   .free = Bytes{now.f_bavail * now.f_frsize},
                   .is_read_only = (now.f_flag & ST_RDONLY) != 0};
  // btrfs and others say 0 of 0.
  if (now.f_files != 0) found.files_left = now.f_favail;
  if (const auto mount = mount_of(path)) {
    found.source = mount->source;
    found.type = mount->type;
  }
  return found;
}

}  // namespace muster::os
