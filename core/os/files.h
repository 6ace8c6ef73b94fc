#pragma once
// The only door to files. Writes are atomic: a reader sees the old content or the new, never a
// part.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::os {

/// Owner and permission bits of a file that is written.
struct FileMode {
  std::uint32_t mode = 0644;
  /// User and group by number; -1 leaves the writer's own.
  int uid = -1;
  int gid = -1;
};

/// Errors: missing, not readable, larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = 64U << 20);

/// As read_file, for a file in a directory of somebody who is not trusted: a link, a pipe or a
/// device in its place is an error and is not touched.
Result<std::string> read_plain_file(const std::filesystem::path& path,
                                    std::size_t limit = 64U << 20);

/// The first bytes of a plain file, fewer when it is shorter; as read_plain_file.
Result<std::string> read_start(const std::filesystem::path& path, std::size_t bytes);

/// Writes to a temporary file beside `path`, syncs it, and renames it over `path`; missing parents
/// are made. Errors: the world's; the old file is then untouched.
Status write_file(const std::filesystem::path& path, std::string_view content, FileMode mode = {});

/// As write_file, when the file has another content, mode or owner: a file that is as it shall be
/// is not touched, and a full or read-only disk is no matter then.
Status update_file(const std::filesystem::path& path, std::string_view content, FileMode mode = {});

/// As write_file, with the content of a plain file of any size. Errors: also `from` is none.
Status copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                 FileMode mode = {});

/// As copy_file, of a file that is open; `from` is its name in an error.
Status copy_opened(const Handle& file, const std::filesystem::path& from,
                   const std::filesystem::path& to, FileMode mode = {});

/// Gives a file another name on its file system, in place of what has that name.
Status rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// What a name stands for (lstat(2)).
struct FileState {
  bool is_plain = false;
  bool is_directory = false;
  /// Bytes.
  std::uint64_t size = 0;
  /// How many names it has.
  std::uint64_t links = 1;
  FileMode mode = {};
};

/// Follows no link. Errors: nothing is there; the disk.
Result<FileState> read_state(const std::filesystem::path& path);

/// Gives a plain file that is there another content, atomically. It keeps its owner, its mode and
/// its extended attributes, such as access lists and labels (xattr(7)), and a symbolic link to it
/// stays one. The old content is in `path` + "-" then, as the tools of passwd(5) leave it.
/// Errors: there is no such file; the world's. The file is then untouched.
Status rewrite_file(const std::filesystem::path& path, std::string_view content);

/// As read_state, of what is open.
Result<FileState> read_state(const Handle& file, const std::filesystem::path& path);

/// Whether nothing is there. A disk that fails does not say so.
bool is_missing(const std::filesystem::path& path);

/// Adds to the end of a file, made when missing.
Status append_file(const std::filesystem::path& path, std::string_view content);

/// Waits until all that was written to the file system of `path` is on its disk (syncfs(2)): for a
/// tree that other programs wrote.
Status sync_filesystem(const std::filesystem::path& path);

/// Makes a directory and its missing parents.
Status make_directory(const std::filesystem::path& path, FileMode mode = {.mode = 0755});

/// Gives a file or directory another owner, where it is not -1, and other permission bits; follows
/// a link.
Status set_mode(const std::filesystem::path& path, FileMode mode);

/// Removes a file or a whole tree, never across a mount point's edge upwards; fine when missing.
Status remove_tree(const std::filesystem::path& path);

/// Makes `link` point to `target`, replacing what was there atomically.
Status write_symlink(const std::filesystem::path& link, const std::filesystem::path& target);

/// Makes a directory hold exactly these files: those that differ are written, others removed.
Status write_directory(const std::filesystem::path& path,
                       const std::map<std::string, std::string>& files);

/// How long ago a file was written, by this machine's clock; below zero when the clock was set back
/// since. Errors: the file is missing.
Result<std::chrono::milliseconds> file_age(const std::filesystem::path& path);

/// Names in a directory, sorted; empty when it is missing.
Result<std::vector<std::string>> list_directory(const std::filesystem::path& path);

/// A directory that is removed with everything in it at the end of its life.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> make(std::string_view prefix = "muster");
  static Result<TemporaryDirectory> make_in(const std::filesystem::path& place,
                                            std::string_view prefix = "muster");
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace muster::os
