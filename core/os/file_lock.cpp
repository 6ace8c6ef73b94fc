#include "core/os/file_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <sys/file.h>
#include <sys/stat.h>

namespace muster::os {
namespace {

/// Whether `path` still names the open file: its holder may have removed it while we waited.
bool is_still_named(const Handle& file, const std::filesystem::path& path) {
  struct stat open_file{};
  struct stat named_file{};
  return fstat(file.get(), &open_file) == 0 && stat(path.c_str(), &named_file) == 0 &&
         open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

}  // namespace

Result<std::optional<Handle>> try_lock_file(const std::filesystem::path& path) {
  while (true) {
    Handle file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) {
      return fail(std::format("cannot open '{}': {}", path.string(), std::strerror(errno)));
    }
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      return fail(std::format("cannot lock '{}': {}", path.string(), std::strerror(errno)));
    }
    if (is_still_named(file, path)) return file;
  }
}

Result<std::optional<Handle>> try_lock_accounts(const std::filesystem::path& settings) {
  const auto path = settings / ".pwd.lock";
  Handle file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return fail(std::format("cannot open '{}': {}", path.string(), std::strerror(errno)));
  // lckpwdf has a lock of fcntl(2); this kind meets it, and ends with the descriptor.
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(file.get(), F_OFD_SETLK, &whole) == 0) return file;
  if (errno == EAGAIN || errno == EACCES) return std::nullopt;
  return fail(std::format("cannot lock '{}': {}", path.string(), std::strerror(errno)));
}

}  // namespace muster::os
