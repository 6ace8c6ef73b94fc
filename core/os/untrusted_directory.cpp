#include "core/os/untrusted_directory.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <format>
#include <linux/openat2.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace muster::os {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> read_error(const fs::path& path, int error) {
  if (error == ELOOP) {
    return fail(std::format("cannot read '{}': a link is on the way to it", path.string()),
                "nobody but an intruder makes one there: look into the directory");
  }
  return fail(std::format("cannot read '{}': {}", path.string(), std::strerror(error)));
}

using Listing = std::unique_ptr<DIR, decltype([](DIR* listing) { closedir(listing); })>;

/// Reads a directory, whose descriptor it takes.
Result<Listing> begin_listing(Handle directory, const fs::path& path) {
  Listing listing(fdopendir(directory.get()));
  if (listing == nullptr) return read_error(path, errno);
  static_cast<void>(directory.release());
  return listing;
}

}  // namespace

Result<UntrustedDirectory> UntrustedDirectory::open(const fs::path& path) {
  Handle directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return read_error(path, errno);
  return UntrustedDirectory(path, std::move(directory));
}

Result<Handle> UntrustedDirectory::open_below(const std::string& name, int flags) const {
  open_how how{};
  // Without O_NONBLOCK a pipe that nobody writes would be waited for.
  how.flags = static_cast<std::uint64_t>(flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  // glibc has no name for it before 2.42.
  const long number = syscall(SYS_openat2, directory_.get(), name.c_str(), &how, sizeof how);
  if (number < 0) return read_error(path_ / name, errno);
  return Handle(static_cast<int>(number));
}

Result<UntrustedDirectory::Names> UntrustedDirectory::list(const std::string& name) const {
  TRY_ASSIGN(Handle directory, open_below(name, O_DIRECTORY));
  TRY_ASSIGN(const Listing listing, begin_listing(std::move(directory), path_ / name));
  Names names;
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(listing.get());
    if (entry == nullptr && errno != 0) return read_error(path_ / name, errno);
    if (entry == nullptr) break;
    const std::string_view each = entry->d_name;
    struct stat now{};
    if (fstatat(dirfd(listing.get()), entry->d_name, &now, AT_SYMLINK_NOFOLLOW) != 0) {
      // Removed since.
      if (errno == ENOENT) continue;
      return read_error(path_ / name / each, errno);
    }
    if (S_ISREG(now.st_mode)) names.files.emplace(each, now.st_size);
    if (S_ISDIR(now.st_mode) && each != "." && each != "..") names.directories.emplace(each);
  }
  return names;
}

Result<FileState> UntrustedDirectory::copy(const std::string& name, const fs::path& to,
                                           FileMode mode) const {
  TRY_ASSIGN(const Handle file, open_below(name, 0));
  TRY_ASSIGN(const FileState state, os::read_state(file, path_ / name));
  if (!state.is_plain) {
    return fail(std::format("'{}' is not a plain file", (path_ / name).string()));
  }
  TRY(copy_opened(file, path_ / name, to, mode));
  return state;
}

}  // namespace muster::os
