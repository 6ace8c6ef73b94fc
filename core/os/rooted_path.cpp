#include "core/os/rooted_path.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/os/handle.h"

namespace muster::os {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot_look(const fs::path& root, const fs::path& path, int error) {
  return fail(std::format("cannot look at '{}' in '{}': {}", path.string(), root.string(),
                          std::strerror(error)),
              error == ENOSYS || error == EPERM
                  ? "this needs openat2(2) of Linux 5.6, and a container that lets it pass"
                  : "look at the links and files on the way to it");
}

/// Without a descriptor errno says why.
Handle open_in_root(const Handle& root, const fs::path& path) {
  // A rename or a mount anywhere meanwhile makes the kernel give up a path with "..".
  constexpr int kMostTries = 1000;
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  for (int tried = 0;; ++tried) {
    const long found = syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how);
    const bool again = found < 0 && (errno == EAGAIN || errno == EINTR);
    if (!again || tried == kMostTries) return Handle(static_cast<int>(found));
  }
}

}  // namespace

Result<std::optional<fs::path>> find_below(const fs::path& root, const fs::path& path) {
  const Handle top(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) return cannot_look(root, "/", errno);
  const Handle found = open_in_root(top, path);
  // What would lie below a file is not there either.
  if (!found && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!found) return cannot_look(root, path, errno);
  std::error_code error;
  fs::path here = fs::read_symlink(std::format("/proc/self/fd/{}", found.get()), error);
  if (error) return cannot_look(root, path, error.value());
  return here;
}

Result<fs::path> make_directory_below(const fs::path& root, const fs::path& path) {
  TRY_ASSIGN(const auto there, find_below(root, path));
  std::error_code error;
  if (there && fs::is_directory(*there, error)) return *there;
  if (there) return cannot_look(root, path, ENOTDIR);
  if (!path.has_relative_path()) return cannot_look(root, path, ENOENT);
  TRY_ASSIGN(const fs::path parent, make_directory_below(root, path.parent_path()));
  fs::path here = parent / path.filename();
  // A link that leads nowhere is in its place.
  if (mkdir(here.c_str(), 0755) != 0) return cannot_look(root, path, errno);
  return here;
}

}  // namespace muster::os
