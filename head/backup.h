#pragma once
// A backup of the head: what it knows of the cluster and by which keys it is known, in one archive
// of tar(1) with gzip(1). It has all of the cluster's secrets, and only its owner may read it. The
// format is described in docs/reference/backup.md.

#include <filesystem>
#include <optional>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "head/backup_manifest.h"

namespace muster::head {

/// The copy of its database that the daemon makes for a backup, in its own directory below /run.
inline constexpr const char* kDatabaseCopy = "database";

/// What is backed up.
struct BackupSource {
  /// The head's root directory; another one in tests.
  std::filesystem::path root = "/";
  /// A consistent copy of the database, which is moved away. None: no daemon has the database, and
  /// it is taken as it is, with its log.
  std::optional<std::filesystem::path> database = {};
};

/// Writes a backup with mode 0600; the file is there as a whole or not at all. `about` has what the
/// manifest says besides files and schema. Returns the manifest. Errors: nothing is to be backed
/// up; a file cannot be read; the disk of `file`, or the room below /run; tar.
Result<BackupManifest> write_backup(os::CommandRunner& runner, const BackupSource& source,
                                    BackupManifest about, const std::filesystem::path& file);

/// A backup that is unpacked and whole.
struct OpenBackup {
  BackupManifest manifest;
  /// Removed with the object.
  os::TemporaryDirectory place;

  /// Where a file of the manifest is.
  std::filesystem::path path_of(const BackupFile& file) const;
};

/// Unpacks a backup below `root`/run, and compares every file with the manifest. Errors: the file
/// is missing, is no backup, or is damaged; a newer version made it; there is no room.
Result<OpenBackup> open_backup(os::CommandRunner& runner, const std::filesystem::path& file,
                               const std::filesystem::path& root = "/");

/// Removes what is unpacked below `root`/run by a backup or restore that was killed. Only for
/// whoever keeps all others from being at work.
Status remove_unpacked(const std::filesystem::path& root = "/");

/// The schema of a database, from its header (sqlite.org/fileformat.html §1.3).
/// Errors: it is none.
Result<std::int64_t> read_database_schema(const std::filesystem::path& database);

}  // namespace muster::head
