#include "provisioning/head/restore.h"

#include <algorithm>
#include <format>

#include "core/os/files.h"
#include "core/state/store.h"
#include "provisioning/head/installed.h"
#include "provisioning/head/state_places.h"
#include "provisioning/head/systemctl.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDaemonState = "/var/lib/muster";
constexpr std::string_view kDatabaseIndex = "/var/lib/muster/state.db-shm";

fs::path mark_of(const fs::path& root) { return below(root, kDaemonState) / kRestoreMark; }

Status check_spec(const BackupManifest& backup, const fs::path& spec_file) {
  TRY_ASSIGN(const spec::ClusterSpec spec, read_installed_spec(spec_file));
  const std::string address = to_string(spec.head.address.address);
  if (spec.name == backup.cluster && address == backup.address) return {};
  return fail(ErrorKind::conflict,
              std::format("the backup is of the cluster '{}' with its head at {}; '{}' says '{}' "
                          "and {}, where its nodes would not find it",
                          backup.cluster, backup.address, spec_file.string(), spec.name, address),
              "--with-cluster-yaml takes the cluster.yaml of the backup as well");
}

/// A directory that somebody put a link in place of leads elsewhere.
Status check_directories(const fs::path& root, const BackupManifest& backup) {
  for (const BackupFile& file : backup.files) {
    const fs::path directory = below(root, file.path).parent_path();
    if (os::is_missing(directory)) continue;
    TRY_ASSIGN(const os::FileState state, os::read_state(directory));
    if (!state.is_directory) {
      return fail(std::format("'{}' is no directory", directory.string()),
                  "nothing was changed; move it away");
    }
  }
  return {};
}

/// What of the head reads or writes the state. The last needs no new start: the head's socket
/// starts it.
Status stop_daemons(os::CommandRunner& runner) {
  return systemctl(runner, {"stop", "musterd.service", "muster-watch.service",
                            "muster-prepare.service", "muster-apply.service"});
}

/// The daemon's start waits until it answers. Web server and SSH server read their keys anew.
Status start_daemons(os::CommandRunner& runner) {
  TRY(systemctl(runner, {"start", "muster-prepare.service"}));
  TRY(systemctl(runner, {"start", "musterd.service", "muster-watch.service"}));
  TRY(systemctl(runner, {"try-reload-or-restart", "muster-nginx.service"}));
  // OpenSSH's server that is told to reload binds its port before the old one has let go of it.
  return systemctl(runner, {"try-restart", "ssh.service"});
}

/// A name that no earlier restore has taken: what was kept is never replaced.
fs::path free_place(const fs::path& root) {
  constexpr int kMost = 1000;
  fs::path place = below(root, kBeforeRestore);
  for (int number = 2; !os::is_missing(place) && number < kMost; ++number) {
    place = below(root, std::format("{}/before-restore-{}.tgz", kRoots, number));
  }
  return place;
}

/// What there is, as a backup; only once when a restore is repeated.
Status keep_before(os::CommandRunner& runner, const fs::path& root, const BackupManifest& about) {
  if (is_half_restored(root) || os::is_missing(below(root, kDatabase))) return {};
  const auto kept = write_backup(runner, {.root = root}, about, free_place(root));
  if (kept) return {};
  return wrap("what the head knows now cannot be kept", kept.error());
}

/// Whose a file is to be: as the one that it replaces, else as the directory that it comes into.
Result<os::FileMode> mode_for(const fs::path& place, const BackupFile& file) {
  TRY_ASSIGN(const os::FileState like,
             os::read_state(os::is_missing(place) ? place.parent_path() : place));
  return os::FileMode{.mode = file.mode, .uid = like.mode.uid, .gid = like.mode.gid};
}

Status put_file(const fs::path& from, const fs::path& place, const BackupFile& file) {
  if (os::is_missing(place.parent_path())) {
    TRY_ASSIGN(const os::FileState like, os::read_state(place.parent_path().parent_path()));
    TRY(os::make_directory(place.parent_path(),
                           {.mode = 0700, .uid = like.mode.uid, .gid = like.mode.gid}));
  }
  TRY_ASSIGN(const os::FileMode mode, mode_for(place, file));
  return os::copy_file(from, place, mode);
}

/// Whether a file of the backup goes into its place.
bool is_wanted(const BackupFile& file, const RestoreTarget& target) {
  return file.path != kInstalledSpec || target.spec_from == SpecFrom::backup ||
         os::is_missing(below(target.root, kInstalledSpec));
}

/// A state disk brings its own copies of the SSH server's keys back at the next start.
Status keep_host_keys(const OpenBackup& backup, const fs::path& root) {
  const fs::path copies = below(root, kHostKeys);
  TRY_ASSIGN(const auto names, os::list_directory(copies));
  if (names.empty()) return {};
  for (const BackupFile& file : backup.manifest.files) {
    if (!file.path.starts_with("/etc/ssh/")) continue;
    TRY(put_file(backup.path_of(file), copies / fs::path(file.path).filename(), file));
  }
  return {};
}

Status put_back(const OpenBackup& backup, const RestoreTarget& target) {
  // A log is of its own database only.
  TRY(os::remove_tree(below(target.root, kDatabaseLog)));
  TRY(os::remove_tree(below(target.root, kDatabaseIndex)));
  for (const BackupFile& file : backup.manifest.files) {
    if (!is_wanted(file, target)) continue;
    TRY(put_file(backup.path_of(file), below(target.root, file.path), file));
  }
  return keep_host_keys(backup, target.root);
}

Status replace_state(const OpenBackup& backup, const RestoreTarget& target) {
  const fs::path mark = mark_of(target.root);
  TRY(os::write_file(mark, "a restore of this head did not come to its end\n"));
  if (const Status done = put_back(backup, target); !done) {
    return fail(std::format("half of the backup is put back, and musterd does not start: {}",
                            done.error().message),
                "mend it, and repeat this command; what the head knew before is the newest "
                "before-restore file in " +
                    std::string(kRoots));
  }
  return os::remove_tree(mark);
}

}  // namespace

bool is_half_restored(const fs::path& root) { return !os::is_missing(mark_of(root)); }

Status check_restore(const OpenBackup& backup, const RestoreTarget& target) {
  if (os::is_missing(below(target.root, kDaemonState))) {
    return fail(ErrorKind::absent, "this machine cannot be a head: the package musterd is missing",
                "install musterd, or start the machine from Muster's ISO");
  }
  if (backup.manifest.schema > state::kStoreSchema) {
    return fail(ErrorKind::conflict,
                std::format("the backup was made by Muster {}, whose database this version does "
                            "not read",
                            backup.manifest.version),
                "restore it with that version or a newer one");
  }
  TRY(check_directories(target.root, backup.manifest));
  const fs::path spec_file = below(target.root, kInstalledSpec);
  const bool keeps_spec = target.spec_from == SpecFrom::head && !os::is_missing(spec_file);
  return keeps_spec ? check_spec(backup.manifest, spec_file) : Status();
}

Status restore(os::CommandRunner& runner, const OpenBackup& backup, const RestoreTarget& target,
               const BackupManifest& about) {
  Status ready = stop_daemons(runner);
  // Nobody swaps a directory for a link any more.
  if (ready) ready = check_directories(target.root, backup.manifest);
  if (ready) ready = keep_before(runner, target.root, about);
  if (!ready) {
    // Some may stand still, also when somebody interrupted the stop. The first error is the reason.
    const Status started = start_daemons(runner);
    return started ? ready : wrap("musterd does not start again either", std::move(ready).error());
  }
  TRY(replace_state(backup, target));
  return start_daemons(runner);
}

}  // namespace muster::head
