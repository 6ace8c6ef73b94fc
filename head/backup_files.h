#pragma once
// The files of a head that a backup has. Some lie in directories of the daemon, which may have been
// taken over: root follows no link there.

#include <cstdint>
#include <filesystem>
#include <list>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/untrusted_directory.h"
#include "head/backup_manifest.h"

namespace muster::head {

struct FoundFile {
  const os::UntrustedDirectory* place;
  /// In `place`.
  std::string name;
  /// On the head.
  std::string path;
  /// Bytes.
  std::uint64_t size = 0;
};

struct FoundFiles {
  /// What the files point to.
  std::list<os::UntrustedDirectory> places;
  std::vector<FoundFile> files;
};

/// Plain files only. Errors: the disk; there are more than a backup has.
Result<FoundFiles> find_backup_files(const std::filesystem::path& root);

/// Copies one file below `staged`. Errors: it is gone, or a link now; the disks; "interrupted"
/// (os::OrderlyEnd).
Result<BackupFile> take_file(const FoundFile& found, const std::filesystem::path& staged);

/// A database that was taken as it is, and its log, are of one moment when nobody wrote meanwhile.
/// Errors: somebody did (busy); the disk.
Status check_at_rest(const std::filesystem::path& root, const std::filesystem::path& staged);

}  // namespace muster::head
