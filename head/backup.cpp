#include "head/backup.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/file_hash.h"
#include "core/os/file_system.h"
#include "core/os/untrusted_directory.h"
#include "head/backup_files.h"
#include "head/state_places.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

/// Directories below /run, of mkdtemp(3).
constexpr const char* kPacking = "muster-backup";
constexpr const char* kUnpacking = "muster-restore";
constexpr const char* kManifest = "manifest.json";
/// The directory of the archive that stands for the head's root.
constexpr const char* kFiles = "files";
constexpr std::size_t kLargestManifest = 16U << 20U;

/// The copy that the daemon made. It lies in a directory of the daemon, so it is moved into ours
/// before anything is believed of it.
Result<BackupFile> take_database(const fs::path& copy, const fs::path& place,
                                 const fs::path& staged) {
  const fs::path moved = place / kDatabaseCopy;
  TRY_ASSIGN(os::FileState state, os::read_state(copy));
  if (state.is_plain) {
    TRY(os::rename_file(copy, moved));
    TRY_ASSIGN(state, os::read_state(moved));
  }
  if (!state.is_plain || state.links != 1) {
    return fail(std::format("'{}' is not the daemon's copy of its database", copy.string()));
  }
  TRY_ASSIGN(const auto ours, os::UntrustedDirectory::open(place));
  TRY_ASSIGN(
      BackupFile file,
      take_file({.place = &ours, .name = kDatabaseCopy, .path = std::string(kDatabase)}, staged));
  TRY(os::remove_tree(moved));
  return file;
}

Result<FoundFiles> find_files(const BackupSource& source) {
  TRY_ASSIGN(FoundFiles found, find_backup_files(source.root));
  if (source.database) {
    std::erase_if(found.files, [](const FoundFile& file) {
      return file.path == kDatabase || file.path == kDatabaseLog;
    });
  }
  return found;
}

Status check_room(const fs::path& place, std::uint64_t needed, std::string_view what_for) {
  TRY_ASSIGN(const os::FileSystem disk, os::read_file_system(place));
  if (needed <= disk.free.count) return {};
  return fail(std::format("there is no room to {} in '{}': it needs {}, and {} are free", what_for,
                          place.string(), to_string(Bytes{needed}), to_string(disk.free)),
              "nothing was changed; 'df -h' shows the room");
}

/// The daemon's copy lies in the same memory, and is copied once more.
Status check_room_for(const BackupSource& source, const FoundFiles& found, const fs::path& place) {
  std::uint64_t needed = 0;
  for (const FoundFile& file : found.files) needed += file.size;
  if (source.database) {
    TRY_ASSIGN(const os::FileState copy, os::read_state(*source.database));
    needed += copy.size;
  }
  return check_room(place, needed, "make a backup");
}

Status take_all(const BackupSource& source, const fs::path& place, BackupManifest& manifest) {
  const fs::path staged = place / "archive" / kFiles;
  TRY_ASSIGN(const FoundFiles found, find_files(source));
  TRY(check_room_for(source, found, place));
  if (source.database) {
    TRY_ASSIGN(BackupFile database, take_database(*source.database, place, staged));
    manifest.files.push_back(std::move(database));
  }
  for (const FoundFile& each : found.files) {
    TRY_ASSIGN(BackupFile file, take_file(each, staged));
    manifest.files.push_back(std::move(file));
  }
  if (!source.database) TRY(check_at_rest(source.root, staged));
  const bool has_database = std::ranges::contains(manifest.files, kDatabase, &BackupFile::path);
  if (!has_database) {
    return fail(ErrorKind::absent, std::format("there is no '{}'", kDatabase),
                "a backup is made on the head");
  }
  // One that is damaged is kept all the same, when it is about to be replaced.
  manifest.schema = read_database_schema(below(staged, kDatabase)).value_or(0);
  return os::write_file(place / "archive" / kManifest, render_manifest(manifest), {.mode = 0600});
}

/// Never a name of another machine, as tar(1) takes one with a colon; never an option.
std::string archive_option(const fs::path& file) { return "--file=" + fs::absolute(file).string(); }

Status pack(os::CommandRunner& runner, const fs::path& archive, const fs::path& file) {
  // The mode is there before the content.
  TRY(os::write_file(file, "", {.mode = 0600}));
  TRY(run_checked(runner,
                  {.argv = {"tar", "--create", "--gzip", "--force-local", archive_option(file),
                            "--directory=" + archive.string(), "--owner=0", "--group=0",
                            "--numeric-owner", "--sort=name", kManifest, kFiles}}));
  return os::sync_filesystem(file);
}

/// Unpacks these members into a directory, as files of this process.
Status unpack(os::CommandRunner& runner, const fs::path& file, const fs::path& place,
              std::span<const std::string> members) {
  std::vector<std::string> argv = {"tar",
                                   "--extract",
                                   "--gzip",
                                   "--force-local",
                                   archive_option(file),
                                   "--directory=" + place.string(),
                                   "--no-same-owner",
                                   "--no-same-permissions",
                                   "--no-recursion",
                                   "--"};
  argv.insert(argv.end(), members.begin(), members.end());
  TRY(run_checked(runner, {.argv = std::move(argv)}));
  return {};
}

std::string member_of(const BackupFile& file) { return std::string(kFiles) + file.path; }

std::unexpected<Error> damaged(const fs::path& file, std::string_view why) {
  return fail(ErrorKind::invalid, std::format("'{}' is damaged: {}", file.string(), why),
              "nothing was changed; take another backup, or copy this one again");
}

Result<BackupManifest> unpack_manifest(os::CommandRunner& runner, const fs::path& file,
                                       const fs::path& place) {
  TRY(os::read_state(file));
  const std::vector<std::string> only = {kManifest};
  if (const Status unpacked = unpack(runner, file, place, only); !unpacked) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is no backup of a head, or is damaged: {}", file.string(),
                            unpacked.error().message),
                "name a file that 'muster backup' made");
  }
  TRY_ASSIGN(const std::string text, os::read_plain_file(place / kManifest, kLargestManifest));
  auto manifest = parse_manifest(text);
  if (!manifest) return wrap(file.string(), std::move(manifest).error());
  return manifest;
}

/// Why an unpacked file is not the one of the manifest; empty when it is.
std::string difference(const fs::path& unpacked, const BackupFile& file) {
  const auto state = os::read_state(unpacked);
  if (!state) return "is missing";
  if (!state->is_plain || state->links != 1) return "is not a plain file";
  if (state->size != file.size) return "has another size";
  const auto sha256 = os::sha256_file(unpacked);
  return sha256 && *sha256 == file.sha256 ? "" : "has another content";
}

}  // namespace

Result<std::int64_t> read_database_schema(const fs::path& database) {
  constexpr std::size_t kHeader = 100;
  constexpr std::size_t kUserVersion = 60;
  constexpr std::string_view kMagic{"SQLite format 3\0", 16};
  TRY_ASSIGN(const std::string header, os::read_start(database, kHeader));
  if (header.size() < kHeader || !header.starts_with(kMagic)) {
    return fail(std::format("'{}' is no database of SQLite", database.string()));
  }
  std::int64_t schema = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    schema = schema << 8 | static_cast<unsigned char>(header.at(kUserVersion + i));
  }
  return schema;
}

Result<BackupManifest> write_backup(os::CommandRunner& runner, const BackupSource& source,
                                    BackupManifest about, const fs::path& file) {
  TRY_ASSIGN(const auto place,
             os::TemporaryDirectory::make_in(below(source.root, "/run"), kPacking));
  if (Status taken = take_all(source, place.path(), about); !taken) {
    // As large as the database, in memory. Why there is no backup matters more than what is left.
    if (source.database) static_cast<void>(os::remove_tree(*source.database));
    return std::unexpected(std::move(taken).error());
  }
  const fs::path part = file.string() + ".part";
  Status packed = pack(runner, place.path() / "archive", part);
  if (packed) packed = os::rename_file(part, file);
  if (packed) return about;
  static_cast<void>(os::remove_tree(part));
  return std::unexpected(std::move(packed).error());
}

fs::path OpenBackup::path_of(const BackupFile& file) const {
  return place.path() / member_of(file);
}

Result<OpenBackup> open_backup(os::CommandRunner& runner, const fs::path& file,
                               const fs::path& root) {
  TRY_ASSIGN(auto place, os::TemporaryDirectory::make_in(below(root, "/run"), kUnpacking));
  TRY_ASSIGN(BackupManifest manifest, unpack_manifest(runner, file, place.path()));
  std::uint64_t needed = 0;
  for (const BackupFile& each : manifest.files) needed += each.size;
  TRY(check_room(place.path(), needed, "unpack the backup"));
  std::vector<std::string> members;
  for (const BackupFile& each : manifest.files) members.push_back(member_of(each));
  if (const Status unpacked = unpack(runner, file, place.path(), members); !unpacked) {
    return damaged(file, unpacked.error().message);
  }
  OpenBackup backup{.manifest = std::move(manifest), .place = std::move(place)};
  for (const BackupFile& each : backup.manifest.files) {
    if (os::is_interrupted()) return fail("the restore was interrupted", "nothing was changed");
    const std::string why = difference(backup.path_of(each), each);
    if (!why.empty()) return damaged(file, std::format("'{}' {}", each.path, why));
  }
  return backup;
}

Status remove_unpacked(const fs::path& root) {
  const fs::path run = below(root, "/run");
  TRY_ASSIGN(const auto names, os::list_directory(run));
  for (const std::string& name : names) {
    const std::string kind = fs::path(name).stem();
    if (kind != kPacking && kind != kUnpacking) continue;
    TRY_ASSIGN(const os::FileState state, os::read_state(run / name));
    if (state.is_directory) TRY(os::remove_tree(run / name));
  }
  return {};
}

}  // namespace muster::head
