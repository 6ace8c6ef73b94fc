#include "iso/mounts.h"

#include <cerrno>
#include <cstring>
#include <format>
#include <ranges>
#include <sched.h>
#include <sys/mount.h>

#include "core/base/mounts.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

std::unexpected<Error> mount_failed(const std::filesystem::path& at, std::string_view what) {
  return fail(std::format("cannot mount {} at '{}': {}", what, at.string(), std::strerror(errno)),
              errno == EPERM ? "run as root" : "");
}

Status mount_kind(const char* type, const std::filesystem::path& at, const char* options) {
  TRY(os::make_directory(at));
  if (mount(type, at.c_str(), type, 0, options) != 0) return mount_failed(at, type);
  return {};
}

}  // namespace

Result<MountedRoot> MountedRoot::overlay(const std::filesystem::path& at,
                                         const std::vector<std::filesystem::path>& lower,
                                         const std::filesystem::path& upper,
                                         const std::filesystem::path& work) {
  for (const auto& directory : {at, upper, work}) TRY(os::make_directory(directory));
  std::string stack;
  for (const auto& layer : lower | std::views::reverse) {
    if (!stack.empty()) stack += ':';
    stack += layer.string();
  }
  // Nothing that ties the upper tree to this disk or this kernel may be stored in it: it becomes a
  // squashfs that other machines stack.
  const auto options = std::format(
      "lowerdir={},upperdir={},workdir={},metacopy=off,redirect_dir=off,index=off,xino=off", stack,
      upper.string(), work.string());
  if (mount("overlay", at.c_str(), "overlay", 0, options.c_str()) != 0) {
    return mount_failed(at, "an overlay");
  }
  return MountedRoot(at);
}

MountedRoot::~MountedRoot() {
  // Best effort: the namespace ends with the process, and the mounts with it.
  if (!path_.empty()) umount2(path_.c_str(), MNT_DETACH);
}

Status MountedRoot::add_system() {
  TRY(mount_kind("proc", path_ / "proc", nullptr));
  TRY(mount_kind("sysfs", path_ / "sys", nullptr));
  TRY(mount_kind("tmpfs", path_ / "run", "mode=0755"));
  TRY(mount_kind("tmpfs", path_ / "tmp", "mode=1777"));
  return add("/dev", "dev");
}

Status MountedRoot::add(const std::filesystem::path& source, const std::string& target) {
  const auto at = path_ / target;
  if (std::filesystem::is_directory(source)) TRY(os::make_directory(at));
  if (mount(source.c_str(), at.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    return mount_failed(at, std::format("'{}'", source.string()));
  }
  return {};
}

Status MountedRoot::close() {
  const auto at = std::exchange(path_, {});
  if (!at.empty() && umount2(at.c_str(), MNT_DETACH) != 0) {
    return fail(std::format("cannot unmount '{}': {}", at.string(), std::strerror(errno)));
  }
  return {};
}

Status detach_below(const std::filesystem::path& folder) {
  TRY_ASSIGN(const auto table, os::read_file("/proc/self/mountinfo"));
  for (const Mount& mount : parse_mounts(table) | std::views::reverse) {
    if (!mount.directory.starts_with(folder.string() + "/")) continue;
    if (umount2(mount.directory.c_str(), MNT_DETACH) == 0) continue;
    return fail(std::format("cannot unmount '{}'", mount.directory), "restart this machine");
  }
  return {};
}

}  // namespace muster::iso
