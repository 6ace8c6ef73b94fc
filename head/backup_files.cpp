#include "head/backup_files.h"

#include <format>

#include "core/os/command.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "head/state_places.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

/// Adds what a backup has of a directory: plain files. Those that others are just writing begin
/// with a dot.
Status collect(const os::UntrustedDirectory& place, const std::string& directory,
               const std::string& name, std::vector<FoundFile>& found) {
  TRY_ASSIGN(const auto names, place.list(name));
  const std::string inside = name == "." ? "" : name + "/";
  for (const auto& [file, size] : names.files) {
    const std::string path = directory + "/" + inside + file;
    if (!file.starts_with('.') && is_backed_up(path)) {
      found.push_back({.place = &place, .name = inside + file, .path = path, .size = size});
    }
  }
  for (const std::string& below : names.directories) {
    if (name == "." && !below.starts_with('.') && is_backed_up(directory + "/" + below)) {
      TRY(collect(place, directory, below, found));
    }
  }
  return {};
}

std::unexpected<Error> fail_of_change() {
  return fail(ErrorKind::busy, "musterd started and wrote its database meanwhile",
              "repeat the command");
}

}  // namespace

Result<FoundFiles> find_backup_files(const fs::path& root) {
  FoundFiles found;
  for (const StatePlace& each : state_places()) {
    const fs::path directory = below(root, each.directory);
    if (each.backup.empty() || os::is_missing(directory)) continue;
    TRY_ASSIGN(os::UntrustedDirectory opened, os::UntrustedDirectory::open(directory));
    const os::UntrustedDirectory& place = found.places.emplace_back(std::move(opened));
    TRY(collect(place, std::string(each.directory), ".", found.files));
  }
  if (found.files.size() <= kMostBackupFiles) return found;
  return fail(std::format("there are {} files to back up, and a backup has {} at most",
                          found.files.size(), kMostBackupFiles),
              std::format("look into the directories of {}",
                          below(root, kDatabase).parent_path().string()));
}

Result<BackupFile> take_file(const FoundFile& found, const fs::path& staged) {
  if (os::is_interrupted()) return fail("the backup was interrupted");
  const fs::path to = below(staged, found.path);
  TRY_ASSIGN(const os::FileState state, found.place->copy(found.name, to, {.mode = 0600}));
  constexpr std::uint32_t kPermissions = 0777;
  TRY_ASSIGN(const os::FileState taken, os::read_state(to));
  TRY_ASSIGN(std::string sha256, os::sha256_file(to));
  return BackupFile{.path = found.path,
                    .size = taken.size,
                    .sha256 = std::move(sha256),
                    .mode = state.mode.mode & kPermissions};
}

Status check_at_rest(const fs::path& root, const fs::path& staged) {
  for (const std::string_view path : {kDatabase, kDatabaseLog}) {
    const fs::path now = below(root, path);
    const bool is_gone = os::is_missing(now);
    if (is_gone != os::is_missing(below(staged, path))) return fail_of_change();
    if (is_gone) continue;
    TRY_ASSIGN(const std::string there, os::sha256_file(now));
    TRY_ASSIGN(const std::string taken, os::sha256_file(below(staged, path)));
    if (there != taken) return fail_of_change();
  }
  return {};
}

}  // namespace muster::head
