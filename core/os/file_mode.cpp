#include <cerrno>
#include <cstring>
#include <format>
#include <sys/stat.h>
#include <unistd.h>

#include "core/os/files.h"

namespace muster::os {

Status set_mode(const std::filesystem::path& path, FileMode mode) {
  // chown(2) takes the bits away with which a file runs as its owner.
  const bool done =
      chown(path.c_str(), static_cast<uid_t>(mode.uid), static_cast<gid_t>(mode.gid)) == 0 &&
      chmod(path.c_str(), mode.mode) == 0;
  if (done) return {};
  return fail(
      std::format("cannot change owner or mode of '{}': {}", path.string(), std::strerror(errno)),
      "look whether its file system can be written");
}

}  // namespace muster::os
