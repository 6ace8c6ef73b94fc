#include "core/os/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <functional>
#include <optional>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utility>

#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> file_error(std::string_view verb, const fs::path& path, int error) {
  const std::string_view hint = error == ENOENT   ? "check the path"
                                : error == EACCES ? "check the permissions"
                                : error == ENOSPC ? "free some space on that file system"
                                                  : "";
  return fail(std::format("cannot {} '{}': {}", verb, path.string(), std::strerror(error)),
              std::string(hint));
}

/// Writes into a descriptor; the errno of what failed, or 0.
using Writer = std::function<int(int fd)>;

/// Writes all, syncs and closes; the first error wins.
Status fill(int fd, const Writer& write, const FileMode& mode, const fs::path& path) {
  int error = write(fd);
  if (error == 0 && fchmod(fd, mode.mode) != 0) error = errno;
  const bool owned = mode.uid >= 0 || mode.gid >= 0;
  if (error == 0 && owned &&
      fchown(fd, static_cast<uid_t>(mode.uid), static_cast<gid_t>(mode.gid)) != 0) {
    error = errno;
  }
  if (error == 0 && uninterrupted([&] { return fsync(fd); }) != 0) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  if (error != 0) return file_error("write", path, error);
  return {};
}

Status sync_directory(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error("open", path, errno);
  const int error = uninterrupted([&] { return fsync(fd); }) == 0 ? 0 : errno;
  close(fd);
  if (error != 0 && error != EINVAL) return file_error("sync", path, error);
  return {};
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Hands over the file piece by piece, until `take` wants no more.
Status read_pieces(const Handle& file, const fs::path& path,
                   const std::function<bool(std::string_view)>& take) {
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count =
        uninterrupted([&] { return read(file.get(), buffer.data(), buffer.size()); });
    if (count < 0) return file_error("read", path, errno);
    if (count == 0 || !take({buffer.data(), static_cast<std::size_t>(count)})) return {};
  }
}

Result<std::string> read_all(const Handle& file, const fs::path& path, std::size_t limit) {
  std::string content;
  TRY(read_pieces(file, path, [&](std::string_view piece) {
    content.append(piece);
    return content.size() <= limit;
  }));
  if (content.size() <= limit) return content;
  return fail(std::format("'{}' is larger than {} bytes", path.string(), limit));
}

/// A plain file and nothing that a link, a pipe or a device leads to.
Result<Handle> open_plain(const fs::path& path) {
  // Without O_NONBLOCK a pipe that nobody writes would be waited for.
  Handle file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) return file_error("read", path, errno);
  struct stat now{};
  if (fstat(file.get(), &now) != 0) return file_error("read", path, errno);
  if (!S_ISREG(now.st_mode)) return fail(std::format("'{}' is not a plain file", path.string()));
  return file;
}

bool has_directory(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// Whether a plain file has this content, and the mode and owner that are asked for.
bool is_as(const fs::path& path, std::string_view content, const FileMode& mode) {
  struct stat now{};
  if (lstat(path.c_str(), &now) != 0 || !S_ISREG(now.st_mode)) return false;
  constexpr mode_t kPermissions = 07777;
  if ((now.st_mode & kPermissions) != mode.mode) return false;
  if (mode.uid >= 0 && now.st_uid != static_cast<uid_t>(mode.uid)) return false;
  if (mode.gid >= 0 && now.st_gid != static_cast<gid_t>(mode.gid)) return false;
  const auto there = read_file(path);
  return there && *there == content;
}

/// The limits of xattr(7).
constexpr std::size_t kLongestAttributeList = 65536;
constexpr std::size_t kLongestAttribute = 65536;

/// None: the file has no such attribute.
std::optional<std::string> read_attribute(int fd, const char* name) {
  std::string value(kLongestAttribute, '\0');
  const ssize_t size = fgetxattr(fd, name, value.data(), value.size());
  if (size < 0) return std::nullopt;
  value.resize(static_cast<std::size_t>(size));
  return value;
}

Status copy_attributes(int from, int to, const fs::path& path) {
  std::string names(kLongestAttributeList, '\0');
  const ssize_t length = flistxattr(from, names.data(), names.size());
  if (length < 0 && errno == ENOTSUP) return {};
  if (length < 0) return file_error("read the attributes of", path, errno);
  names.resize(static_cast<std::size_t>(length));
  for (std::size_t start = 0; start < names.size(); start = names.find('\0', start) + 1) {
    const char* const name = names.c_str() + start;
    const auto value = read_attribute(from, name);
    if (!value) return file_error(std::format("read '{}' of", name), path, errno);
    // A label that the directory gives to all its files cannot be set everywhere, and need not be.
    if (read_attribute(to, name) == value) continue;
    if (fsetxattr(to, name, value->data(), value->size(), 0) != 0) {
      return file_error(std::format("keep '{}' of", name), path, errno);
    }
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  const Handle file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return file_error("read", path, errno);
  return read_all(file, path, limit);
}

Result<std::string> read_start(const fs::path& path, std::size_t bytes) {
  TRY_ASSIGN(const Handle file, open_plain(path));
  std::string content;
  TRY(read_pieces(file, path, [&](std::string_view piece) {
    content.append(piece);
    return content.size() < bytes;
  }));
  content.resize(std::min(content.size(), bytes));
  return content;
}

Result<std::string> read_plain_file(const fs::path& path, std::size_t limit) {
  TRY_ASSIGN(const Handle file, open_plain(path));
  return read_all(file, path, limit);
}

namespace {

/// Fills a temporary file beside `path`, and renames it.
Status replace_file(const fs::path& path, const FileMode& mode, const Writer& write) {
  const fs::path parent = parent_of(path);
  TRY(make_directory(parent));
  std::string temporary = (parent / std::format(".{}.XXXXXX", path.filename().string())).string();
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return file_error("write", path, errno);
  Status done = fill(fd, write, mode, path);
  if (done && rename(temporary.c_str(), path.c_str()) != 0) {
    done = file_error("write", path, errno);
  }
  if (!done) {
    unlink(temporary.c_str());
    return done;
  }
  return sync_directory(parent);
}

}  // namespace

Status write_file(const fs::path& path, std::string_view content, FileMode mode) {
  return replace_file(path, mode, [&](int fd) { return write_all(fd, content); });
}

Status copy_file(const fs::path& from, const fs::path& to, FileMode mode) {
  TRY_ASSIGN(const Handle file, open_plain(from));
  return copy_opened(file, from, to, mode);
}

Status copy_opened(const Handle& file, const fs::path& from, const fs::path& to, FileMode mode) {
  Status read_well;
  Status done = replace_file(to, mode, [&](int fd) {
    int error = 0;
    read_well = read_pieces(file, from, [&](std::string_view piece) {
      error = write_all(fd, piece);
      return error == 0;
    });
    return read_well ? error : EIO;
  });
  return read_well ? done : read_well;
}

namespace {

/// Replaces a file by one with the owner, mode and attributes of `like`, which is open as `old`.
Status replace_alike(const fs::path& path, const Handle& old, const FileMode& like,
                     std::string_view content) {
  Status kept;
  Status done = replace_file(path, like, [&](int fd) {
    kept = copy_attributes(old.get(), fd, path);
    return kept ? write_all(fd, content) : EIO;
  });
  return kept ? done : kept;
}

}  // namespace

Status rewrite_file(const fs::path& path, std::string_view content) {
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  if (error) return file_error("write", path, error.value());
  const Handle old(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!old) return file_error("write", path, errno);
  TRY_ASSIGN(const FileState now, read_state(file));
  if (!now.is_plain) return fail(std::format("'{}' is not a plain file", path.string()));
  TRY_ASSIGN(const std::string before, read_all(old, path, std::string::npos - 1));
  TRY(replace_alike(fs::path(path) += "-", old, now.mode, before));
  return replace_alike(file, old, now.mode, content);
}

Status rename_file(const fs::path& from, const fs::path& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return file_error("rename", from, errno);
  return sync_directory(parent_of(to));
}

Status update_file(const fs::path& path, std::string_view content, FileMode mode) {
  return is_as(path, content, mode) ? Status() : write_file(path, content, mode);
}

namespace {

FileState state_of(const struct stat& now) {
  constexpr mode_t kPermissions = 07777;
  return FileState{.is_plain = S_ISREG(now.st_mode),
                   .is_directory = S_ISDIR(now.st_mode),
                   .size = static_cast<std::uint64_t>(now.st_size),
                   .links = now.st_nlink,
                   .mode = {.mode = now.st_mode & kPermissions,
                            .uid = static_cast<int>(now.st_uid),
                            .gid = static_cast<int>(now.st_gid)}};
}

}  // namespace

Result<FileState> read_state(const fs::path& path) {
  struct stat now{};
  if (lstat(path.c_str(), &now) != 0) return file_error("read", path, errno);
  return state_of(now);
}

Result<FileState> read_state(const Handle& file, const fs::path& path) {
  struct stat now{};
  if (fstat(file.get(), &now) != 0) return file_error("read", path, errno);
  return state_of(now);
}

bool is_missing(const fs::path& path) {
  std::error_code error;
  return fs::status(path, error).type() == fs::file_type::not_found;
}

Status append_file(const fs::path& path, std::string_view content) {
  TRY(make_directory(parent_of(path)));
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return file_error("write", path, errno);
  int error = write_all(fd, content);
  if (close(fd) != 0 && error == 0) error = errno;
  if (error != 0) return file_error("write", path, error);
  return {};
}

Status sync_filesystem(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error("open", path, errno);
  const int error = uninterrupted([&] { return syncfs(fd); }) == 0 ? 0 : errno;
  close(fd);
  if (error != 0) return file_error("sync the disk of", path, error);
  return {};
}

Status make_directory(const fs::path& path, FileMode mode) {
  if (path.empty() || has_directory(path)) return {};
  TRY(make_directory(parent_of(path) == path ? fs::path() : parent_of(path)));
  if (mkdir(path.c_str(), mode.mode) != 0) {
    // Somebody else may have made it meanwhile; a file of that name is in the way.
    if (errno == EEXIST && has_directory(path)) return {};
    return file_error("make directory", path, errno);
  }
  // mkdir's mode passes through the umask; the caller's mode is meant as written.
  if (chmod(path.c_str(), mode.mode) != 0) return file_error("make directory", path, errno);
  const bool owned = mode.uid >= 0 || mode.gid >= 0;
  if (owned &&
      chown(path.c_str(), static_cast<uid_t>(mode.uid), static_cast<gid_t>(mode.gid)) != 0) {
    return file_error("make directory", path, errno);
  }
  return {};
}

Status remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return file_error("remove", path, error.value());
  return {};
}

Status write_symlink(const fs::path& link, const fs::path& target) {
  TRY(make_directory(parent_of(link)));
  const fs::path temporary =
      parent_of(link) / std::format(".{}.{}", link.filename().string(), getpid());
  unlink(temporary.c_str());
  if (symlink(target.c_str(), temporary.c_str()) != 0) return file_error("link", link, errno);
  if (rename(temporary.c_str(), link.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return file_error("link", link, error);
  }
  return {};
}

Status write_directory(const std::filesystem::path& path,
                       const std::map<std::string, std::string>& files) {
  for (const auto& [name, content] : files) {
    const auto there = read_file(path / name);
    if (!there || *there != content) TRY(write_file(path / name, content));
  }
  TRY_ASSIGN(const auto names, list_directory(path));
  for (const std::string& name : names) {
    if (!files.contains(name)) TRY(remove_tree(path / name));
  }
  return {};
}

Result<std::chrono::milliseconds> file_age(const fs::path& path) {
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  if (error) return fail(std::format("cannot read '{}': {}", path.string(), error.message()));
  return std::chrono::duration_cast<std::chrono::milliseconds>(fs::file_time_type::clock::now() -
                                                               written);
}

Result<std::vector<std::string>> list_directory(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(path, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  while (!error && entry != fs::directory_iterator()) {
    names.push_back(entry->path().filename().string());
    entry.increment(error);
  }
  if (error) return file_error("list", path, error.value());
  std::ranges::sort(names);
  return names;
}

Result<TemporaryDirectory> TemporaryDirectory::make(std::string_view prefix) {
  return make_in(fs::temp_directory_path(), prefix);
}

Result<TemporaryDirectory> TemporaryDirectory::make_in(const fs::path& place,
                                                       std::string_view prefix) {
  std::string path = (place / std::format("{}.XXXXXX", prefix)).string();
  if (mkdtemp(path.data()) == nullptr) return file_error("make directory", path, errno);
  return TemporaryDirectory(path);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code
      ignored;  // A destructor has nobody to tell; the system cleans its temporary files.
  fs::remove_all(path_, ignored);
}

}  // namespace muster::os
