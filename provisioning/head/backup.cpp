#include "provisioning/head/backup.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/file_system.h"
#include "core/os/hash.h"
#include "provisioning/head/state_places.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";
/// The directory of the archive that stands for the head's root.
constexpr const char* kFiles = "files";
constexpr std::size_t kLargestManifest = 16U << 20U;

/// Adds what a backup has of a directory of the head: plain files. Those that others are just
/// writing begin with a dot.
Status collect(const fs::path& root, const std::string& directory,
               std::vector<std::string>& found) {
  TRY_ASSIGN(const auto names, os::list_directory(below(root, directory)));
  for (const std::string& name : names) {
    const std::string path = directory + "/" + name;
    if (name.starts_with('.') || !is_backed_up(path)) continue;
    TRY_ASSIGN(const os::FileState state, os::read_state(below(root, path)));
    if (state.is_plain) found.push_back(path);
    if (state.is_directory) TRY(collect(root, path, found));
  }
  return {};
}

/// The files that a backup of this head has.
Result<std::vector<std::string>> collect_all(const fs::path& root) {
  std::vector<std::string> found;
  for (const StatePlace& place : state_places()) {
    TRY(collect(root, std::string(place.directory), found));
  }
  return found;
}

bool is_of_database(std::string_view path) { return path == kDatabase || path == kDatabaseLog; }

/// Copies one file to where the archive is made of.
Result<BackupFile> take_file(const fs::path& from, const fs::path& staged,
                             const std::string& path) {
  const fs::path to = below(staged, path);
  TRY_ASSIGN(const os::FileState state, os::read_state(from));
  constexpr std::uint32_t kPermissions = 0777;
  const std::uint32_t mode = state.mode.mode & kPermissions;
  TRY(os::copy_file(from, to, {.mode = 0600}));
  TRY_ASSIGN(const os::FileState taken, os::read_state(to));
  TRY_ASSIGN(std::string sha256, os::sha256_file(to));
  return BackupFile{.path = path, .size = taken.size, .sha256 = std::move(sha256), .mode = mode};
}

/// The copy that the daemon made. It lies in a directory of the daemon, so it is moved into ours
/// before anything is believed of it.
Result<BackupFile> take_database(const fs::path& copy, const fs::path& place,
                                 const fs::path& staged) {
  const fs::path moved = place / "database";
  TRY_ASSIGN(os::FileState state, os::read_state(copy));
  if (state.is_plain) {
    TRY(os::rename_file(copy, moved));
    TRY_ASSIGN(state, os::read_state(moved));
  }
  if (!state.is_plain || state.links != 1) {
    return fail(std::format("'{}' is not the daemon's copy of its database", copy.string()));
  }
  TRY_ASSIGN(BackupFile file, take_file(moved, staged, std::string(kDatabase)));
  TRY(os::remove_tree(moved));
  return file;
}

std::unexpected<Error> fail_of_change() {
  return fail(ErrorKind::busy, "musterd started and wrote its database meanwhile",
              "repeat the command");
}

/// A database that was taken as it is, and its log, are of one moment when nobody wrote meanwhile.
Status check_at_rest(const BackupSource& source, const fs::path& staged) {
  if (source.database) return {};
  for (const std::string_view path : {kDatabase, kDatabaseLog}) {
    const fs::path now = below(source.root, path);
    const bool is_gone = os::is_missing(now);
    if (is_gone != os::is_missing(below(staged, path))) return fail_of_change();
    if (is_gone) continue;
    TRY_ASSIGN(const std::string there, os::sha256_file(now));
    TRY_ASSIGN(const std::string taken, os::sha256_file(below(staged, path)));
    if (there != taken) return fail_of_change();
  }
  return {};
}

Status take_all(const BackupSource& source, const fs::path& place, BackupManifest& manifest) {
  const fs::path staged = place / "archive" / kFiles;
  if (source.database) {
    TRY_ASSIGN(BackupFile database, take_database(*source.database, place, staged));
    manifest.files.push_back(std::move(database));
  }
  TRY_ASSIGN(const auto paths, collect_all(source.root));
  for (const std::string& path : paths) {
    if (source.database && is_of_database(path)) continue;
    TRY_ASSIGN(BackupFile file, take_file(below(source.root, path), staged, path));
    manifest.files.push_back(std::move(file));
  }
  TRY(check_at_rest(source, staged));
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

Status check_room(const fs::path& place, const BackupManifest& manifest) {
  std::uint64_t needed = 0;
  for (const BackupFile& file : manifest.files) needed += file.size;
  TRY_ASSIGN(const os::FileSystem disk, os::read_file_system(place));
  if (needed <= disk.free.count) return {};
  return fail(std::format("there is no room to unpack the backup in '{}': it has {}, and {} are "
                          "free",
                          place.string(), to_string(Bytes{needed}), to_string(disk.free)),
              "'df -h' shows the room");
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
             os::TemporaryDirectory::make_in(below(source.root, "/run"), "muster-backup"));
  TRY(take_all(source, place.path(), about));
  const fs::path part = file.string() + ".part";
  Status packed = pack(runner, place.path() / "archive", part);
  if (packed) packed = os::rename_file(part, file);
  if (packed) return about;
  TRY(os::remove_tree(part));
  return std::unexpected(std::move(packed).error());
}

fs::path OpenBackup::path_of(const BackupFile& file) const {
  return place.path() / member_of(file);
}

Result<OpenBackup> open_backup(os::CommandRunner& runner, const fs::path& file,
                               const fs::path& root) {
  TRY_ASSIGN(auto place, os::TemporaryDirectory::make_in(below(root, "/run"), "muster-restore"));
  TRY_ASSIGN(BackupManifest manifest, unpack_manifest(runner, file, place.path()));
  TRY(check_room(place.path(), manifest));
  std::vector<std::string> members;
  for (const BackupFile& each : manifest.files) members.push_back(member_of(each));
  if (const Status unpacked = unpack(runner, file, place.path(), members); !unpacked) {
    return damaged(file, unpacked.error().message);
  }
  OpenBackup backup{.manifest = std::move(manifest), .place = std::move(place)};
  for (const BackupFile& each : backup.manifest.files) {
    const std::string why = difference(backup.path_of(each), each);
    if (!why.empty()) return damaged(file, std::format("'{}' {}", each.path, why));
  }
  return backup;
}

}  // namespace muster::head
