#include "core/os/file_lock.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

/// Whether `path` still names the open file: its holder may have removed it while we waited.
bool is_still_named(const Handle& file, const std::filesystem::path& path) {
  struct stat open_file{};
  struct stat named_file{};
  return fstat(file.get(), &open_file) == 0 && stat(path.c_str(), &named_file) == 0 &&
         open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

/// "process 4711 (muster iso build -o a.iso)".
std::string describe_self() {
  std::string words = read_file("/proc/self/cmdline").value_or("");
  if (words.ends_with('\0')) words.pop_back();
  std::ranges::replace(words, '\0', ' ');
  return std::format("process {} ({})", getpid(), printable(words, 200));
}

}  // namespace

Result<Handle> lock_file(const std::filesystem::path& path,
                         const std::function<void(const std::string& holder)>& on_wait) {
  TRY_ASSIGN(std::optional<Handle> taken, try_lock_file(path));
  if (!taken && on_wait) on_wait(std::string(trim(read_file(path).value_or(""))));
  while (!taken) {
    {
      const Handle file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
      // Taken once, and let go: the holder may have removed the file that we waited for.
      if (file && flock(file.get(), LOCK_EX) != 0) {
        return fail(std::format("interrupted while '{}' was locked", path.string()));
      }
    }
    TRY_ASSIGN(taken, try_lock_file(path));
  }
  // Who waits for us reads it; that it cannot be written is no reason not to go on.
  const std::string self = describe_self() + "\n";
  if (ftruncate(taken->get(), 0) == 0) static_cast<void>(write_all(taken->get(), self));
  return std::move(*taken);
}

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
