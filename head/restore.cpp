#include "head/restore.h"

#include <algorithm>
#include <format>

#include "core/base/layout.h"
#include "core/os/files.h"
#include "core/os/held_signals.h"
#include "core/state/store.h"
#include "head/installed.h"
#include "head/state_places.h"
#include "head/systemctl.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDatabaseIndex = "/var/lib/muster/state.db-shm";

fs::path mark_of(const fs::path& root) { return below(root, layout::kState) / kRestoreMark; }

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
    std::error_code error;
    // Of a link that leads nowhere something is there.
    if (fs::symlink_status(directory, error).type() == fs::file_type::not_found) continue;
    TRY_ASSIGN(const os::FileState state, os::read_state(directory));
    if (!state.is_directory) {
      return fail(std::format("'{}' is no directory", directory.string()),
                  "nothing was changed; move it away");
    }
  }
  return {};
}

/// What of the head reads or writes the state. Not muster-prepare.service, which takes the firewall
/// away when it stops. The last needs no new start: the head's socket starts it.
Status stop_daemons(os::CommandRunner& runner) {
  return systemctl(runner, {"stop", layout::kDaemonUnit, layout::kWatchUnit, layout::kApplyUnit});
}

/// What the head tells of itself and its cards is found anew. One that is being tried again and
/// again cannot be reloaded. When it fails, systemd goes on trying, and it starts the daemons then.
Status prepare_anew(os::CommandRunner& runner) {
  if (systemctl(runner, {"reload-or-restart", layout::kPrepareUnit})) return {};
  return systemctl(runner, {"restart", layout::kPrepareUnit});
}

/// The daemon's start waits until it answers. Web server and SSH server read their keys anew,
/// whatever became of the others. The first error.
Status start_daemons(os::CommandRunner& runner) {
  Status first = prepare_anew(runner);
  if (first) first = systemctl(runner, {"start", layout::kDaemonUnit, layout::kWatchUnit});
  const Status web = systemctl(runner, {"try-reload-or-restart", layout::kWebUnit});
  // OpenSSH's server that is told to reload binds its port before the old one has let go of it.
  const Status ssh = systemctl(runner, {"try-restart", "ssh.service"});
  return !first ? first : !web ? web : ssh;
}

/// A name that no earlier restore has taken: what was kept is never replaced.
fs::path free_place(const fs::path& root) {
  fs::path place = below(root, kBeforeRestore);
  for (int number = 2; !os::is_missing(place); ++number) {
    place = below(root, std::format("{}/before-restore-{}.tgz", kRoots, number));
  }
  return place;
}

/// What there is, as a backup; only once when a restore is repeated.
Result<std::optional<fs::path>> keep_before(os::CommandRunner& runner, const RestoreTarget& target,
                                            const BackupManifest& about) {
  const bool is_nothing = os::is_missing(below(target.root, kDatabase));
  if (target.present == Present::discard || is_nothing || is_half_restored(target.root)) {
    return std::nullopt;
  }
  const fs::path place = free_place(target.root);
  const auto kept = write_backup(runner, {.root = target.root}, about, place);
  if (kept) return place;
  return fail(kept.error().kind,
              std::format("what the head knows now cannot be kept: {}", kept.error().text()),
              "mend it and repeat this command; when a disk does not read it any more, --discard "
              "restores without keeping it");
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
  TRY(put_back(backup, target));
  TRY(os::remove_tree(mark));
  // A power cut does not bring the mark back.
  return os::sync_filesystem(mark.parent_path());
}

/// Nobody changes the head's state any more, and what it was is kept.
Result<std::optional<fs::path>> make_ready(os::CommandRunner& runner, const OpenBackup& backup,
                                           const RestoreTarget& target,
                                           const BackupManifest& about) {
  TRY(stop_daemons(runner));
  // Nobody swaps a directory for a link any more.
  TRY(check_directories(target.root, backup.manifest));
  return keep_before(runner, target, about);
}

/// The head goes on as it was. The first error is the reason.
std::unexpected<Error> give_up(os::CommandRunner& runner, Error reason) {
  const Status started = start_daemons(runner);
  if (!started) {
    reason.message += "; nor does all of the head start again: " + started.error().message;
  }
  return std::unexpected(std::move(reason));
}

/// Only the daemon that would believe the half stands still: the head's firewall is looked after.
std::unexpected<Error> stay_half(os::CommandRunner& runner, const Error& reason) {
  const Status watched = systemctl(runner, {"start", layout::kWatchUnit});
  const std::string also = watched ? "" : "; nor does muster-watch: " + watched.error().message;
  return fail(reason.kind,
              std::format("half of the backup is put back, and musterd does not start{}: {}", also,
                          reason.text()),
              "mend it, and repeat this command; what the head knew before is the newest "
              "before-restore file in " +
                  std::string(kRoots));
}

}  // namespace

bool is_half_restored(const fs::path& root) { return !os::is_missing(mark_of(root)); }

Status check_restore(const OpenBackup& backup, const RestoreTarget& target) {
  if (os::is_missing(below(target.root, layout::kState))) {
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
  const bool has_spec =
      std::ranges::contains(backup.manifest.files, kInstalledSpec, &BackupFile::path);
  if (target.spec_from == SpecFrom::backup && !has_spec) {
    return fail(ErrorKind::conflict, "the backup has no cluster.yaml",
                "leave --with-cluster-yaml out: the head keeps its own");
  }
  const bool keeps_spec = target.spec_from == SpecFrom::head && !os::is_missing(spec_file);
  return keeps_spec ? check_spec(backup.manifest, spec_file) : Status();
}

Result<std::optional<fs::path>> restore(os::CommandRunner& runner, const OpenBackup& backup,
                                        const RestoreTarget& target, const BackupManifest& about) {
  const os::HeldSignals held;
  if (os::is_interrupted()) return fail("the restore was interrupted", "nothing was changed");
  auto kept = make_ready(runner, backup, target, about);
  if (!kept) return give_up(runner, std::move(kept).error());
  if (const Status done = replace_state(backup, target); !done) {
    return stay_half(runner, done.error());
  }
  if (const Status started = start_daemons(runner); !started) {
    return fail(std::format("the backup is put back, but not all of the head starts: {}",
                            started.error().message),
                "'systemctl --failed' and 'journalctl -u musterd' say why; the restore need not be "
                "repeated");
  }
  return kept;
}

}  // namespace muster::head
