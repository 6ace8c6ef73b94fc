#pragma once
// Puts a backup back: the head is then the one that its nodes know, and they go on.

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"
#include "head/backup.h"

namespace muster::head {

/// In the daemon's directory while files are put back. The daemon does not start with half a
/// restore.
inline constexpr std::string_view kRestoreMark = "restoring";
/// What the head knew before, as a backup. The next restore writes before-restore-2.tgz beside it.
inline constexpr std::string_view kBeforeRestore = "/var/lib/muster-head/before-restore.tgz";

/// Whose cluster.yaml a restored head has when it has one already.
enum class SpecFrom { head, backup };

/// What becomes of what the head knows now.
enum class Present { keep, discard };

/// What a restore would meet here.
struct RestoreTarget {
  std::filesystem::path root = "/";
  SpecFrom spec_from = SpecFrom::head;
  /// Discarded: what a failing disk does not read any more.
  Present present = Present::keep;
};

/// Whether this head can take the backup. Errors: another cluster or another address is in its
/// cluster.yaml, whose nodes would not find it (conflict); the backup shall bring its cluster.yaml
/// and has none (conflict); the database is of a newer version (conflict); the package musterd is
/// not installed (absent).
Status check_restore(const OpenBackup& backup, const RestoreTarget& target);

/// Whether a restore of this head was interrupted.
bool is_half_restored(const std::filesystem::path& root);

/// Stops the head's daemons, keeps what there is as kBeforeRestore, puts the backup's files in
/// their places, and starts the daemons. The head's firewall is kept meanwhile, and signals that
/// end programs are held back (os::HeldSignals). `about` is what the kept backup says of itself.
/// Returns where what there was is kept; none: there was nothing, or it is discarded, or an earlier
/// try kept it. Errors: what there is cannot be kept, and nothing is changed; a file cannot be
/// written, and then the restore can be repeated; the files are whole and a daemon does not start.
Result<std::optional<std::filesystem::path>> restore(os::CommandRunner& runner,
                                                     const OpenBackup& backup,
                                                     const RestoreTarget& target,
                                                     const BackupManifest& about);

}  // namespace muster::head
