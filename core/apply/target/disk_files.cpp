#include "core/apply/target/disk_files.h"

#include <cerrno>
#include <cstring>
#include <format>
#include <sys/stat.h>
#include <unistd.h>

#include "core/os/file_lock.h"
#include "core/os/rooted_path.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

PathState::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return PathState::Kind::file;
  if (S_ISDIR(mode)) return PathState::Kind::directory;
  return S_ISLNK(mode) ? PathState::Kind::link : PathState::Kind::other;
}

Error not_there(const std::string& path) {
  return {.message = std::format("there is no '{}'", path),
          .hint = "make it first, or take the step out of the plan"};
}

}  // namespace

Result<std::optional<fs::path>> DiskFiles::find(const std::string& path) const {
  if (root_.empty()) return fs::path(path);
  const fs::path whole(path);
  TRY_ASSIGN(auto directory, os::find_below(root_, whole.parent_path()));
  if (directory) *directory /= whole.filename();
  return directory;
}

Result<fs::path> DiskFiles::follow(const std::string& path) const {
  if (root_.empty()) return fs::path(path);
  TRY_ASSIGN(auto here, os::find_below(root_, path));
  if (!here) return std::unexpected(not_there(path));
  return *here;
}

Result<fs::path> DiskFiles::make_way(const std::string& path) const {
  if (root_.empty()) return fs::path(path);
  const fs::path whole(path);
  TRY_ASSIGN(const fs::path directory, os::make_directory_below(root_, whole.parent_path()));
  return directory / whole.filename();
}

Result<PathState> DiskFiles::look(const std::string& path, Links links) const {
  const bool is_followed = links == Links::follow && !root_.empty();
  TRY_ASSIGN(const auto here, is_followed ? os::find_below(root_, path) : find(path));
  if (!here) return PathState{};
  struct stat now{};
  const int done = links == Links::follow ? stat(here->c_str(), &now) : lstat(here->c_str(), &now);
  if (done != 0 && (errno == ENOENT || errno == ENOTDIR)) return PathState{};
  if (done != 0) return fail(std::format("cannot look at '{}': {}", path, std::strerror(errno)));
  PathState state{.kind = kind_of(now.st_mode),
                  .mode = {.mode = now.st_mode & 07777U,
                           .uid = static_cast<int>(now.st_uid),
                           .gid = static_cast<int>(now.st_gid)}};
  std::error_code error;
  if (state.kind == PathState::Kind::link) state.link = fs::read_symlink(*here, error);
  if (error) return fail(std::format("cannot read link '{}': {}", path, error.message()));
  return state;
}

Result<std::string> DiskFiles::read(const std::string& path, Links links) const {
  if (links == Links::follow) {
    TRY_ASSIGN(const fs::path file, follow(path));
    return os::read_file(file);
  }
  TRY_ASSIGN(const auto here, find(path));
  if (!here) return std::unexpected(not_there(path));
  return os::read_plain_file(*here);
}

Status DiskFiles::write(const std::string& path, std::string_view content, os::FileMode mode) {
  TRY_ASSIGN(const fs::path here, make_way(path));
  return os::write_file(here, content, mode);
}

Status DiskFiles::rewrite(const std::string& path, std::string_view content) {
  TRY_ASSIGN(const fs::path here, follow(path));
  return os::rewrite_file(here, content);
}

Status DiskFiles::write_link(const std::string& path, const std::string& to) {
  TRY_ASSIGN(const fs::path here, make_way(path));
  return os::write_symlink(here, to);
}

Status DiskFiles::remove(const std::string& path) {
  TRY_ASSIGN(const auto here, find(path));
  if (!here || unlink(here->c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return fail(std::format("cannot remove '{}': {}", path, std::strerror(errno)));
}

Status DiskFiles::make_directory(const std::string& path, os::FileMode mode) {
  if (root_.empty()) return os::make_directory(path, mode);
  TRY_ASSIGN(const auto there, os::find_below(root_, path));
  TRY_ASSIGN(const fs::path here, os::make_directory_below(root_, path));
  return there ? Status() : os::set_mode(here, mode);
}

bool DiskFiles::is_empty(const std::string& path) const {
  const auto here = follow(path);
  std::error_code error;
  return here && fs::is_empty(*here, error);
}

bool DiskFiles::remove_directory(const std::string& path) {
  const auto here = find(path);
  return here && *here && rmdir((*here)->c_str()) == 0;
}

Status DiskFiles::set_mode(const std::string& path, os::FileMode mode) {
  TRY_ASSIGN(const fs::path here, follow(path));
  return os::set_mode(here, mode);
}

Result<std::shared_ptr<void>> DiskFiles::try_lock_accounts(const std::string& settings) {
  TRY_ASSIGN(const fs::path here, follow(settings));
  TRY_ASSIGN(auto lock, os::try_lock_accounts(here));
  if (!lock) return nullptr;
  return std::make_shared<os::Handle>(std::move(*lock));
}

}  // namespace muster::apply
