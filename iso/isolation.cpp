#include "iso/isolation.h"

#include <cerrno>
#include <cstring>
#include <format>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace muster::iso {
namespace {

Status leave_mounts_of_others() {
  if (unshare(CLONE_NEWNS) != 0) {
    return fail(std::format("cannot have own mounts: {}", std::strerror(errno)), "run as root");
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return {};
  // In a chroot that is no mount point there is nothing to change at "/" itself: the namespace
  // above it was made private by whoever made the chroot.
  if (errno == EINVAL) return {};
  return fail(std::format("cannot make the mounts private: {}", std::strerror(errno)));
}

}  // namespace

Status isolate() {
  TRY(leave_mounts_of_others());
  umask(S_IWGRP | S_IWOTH);
  return {};
}

}  // namespace muster::iso
