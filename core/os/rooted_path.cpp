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
                          std::strerror(error)));
}

}  // namespace

Result<std::optional<fs::path>> find_below(const fs::path& root, const fs::path& path) {
  const Handle top(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) return cannot_look(root, "/", errno);
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const Handle found(
      static_cast<int>(syscall(SYS_openat2, top.get(), path.c_str(), &how, sizeof how)));
  if (!found && errno == ENOENT) return std::nullopt;
  if (!found) return cannot_look(root, path, errno);
  std::error_code error;
  fs::path here = fs::read_symlink(std::format("/proc/self/fd/{}", found.get()), error);
  if (error) return cannot_look(root, path, error.value());
  return here;
}

Result<fs::path> make_directory_below(const fs::path& root, const fs::path& path) {
  TRY_ASSIGN(const auto there, find_below(root, path));
  if (there && fs::is_directory(*there)) return *there;
  if (there) return cannot_look(root, path, ENOTDIR);
  if (!path.has_relative_path()) return cannot_look(root, path, ENOENT);
  TRY_ASSIGN(const fs::path parent, make_directory_below(root, path.parent_path()));
  fs::path here = parent / path.filename();
  // A link that leads nowhere is in its place.
  if (mkdir(here.c_str(), 0755) != 0) return cannot_look(root, path, errno);
  return here;
}

}  // namespace muster::os
