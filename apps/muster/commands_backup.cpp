// backup and restore: what the head knows, in one file.

#include <chrono>
#include <filesystem>
#include <format>
#include <memory>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/confirm.h"
#include "apps/muster/log_deed.h"
#include "apps/muster/spec_lock.h"
#include "core/base/layout.h"
#include "core/base/units.h"
#include "core/base/version.h"
#include "core/os/clock.h"
#include "core/os/command.h"
#include "core/os/file_lock.h"
#include "core/os/files.h"
#include "head/backup.h"
#include "head/facts.h"
#include "head/installed.h"
#include "head/restore.h"
#include "head/state_places.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// One backup or restore at a time: the daemon has one copy of its database.
constexpr const char* kLock = "/run/muster-backup.lock";
/// The database of ten thousand nodes with long timelines is copied in seconds.
constexpr auto kCopyPatience = 10min;

struct RestoreOptions {
  std::string file;
  bool with_spec = false;
  bool discard = false;
  ConfirmOptions confirm;
};

/// Whoever has the lock finds no keys unpacked by one that was killed.
Result<os::Handle> lock_backups() {
  TRY_ASSIGN(std::optional<os::Handle> lock, os::try_lock_file(kLock));
  if (lock) {
    TRY(head::remove_unpacked());
    return std::move(*lock);
  }
  return fail(ErrorKind::busy, "another backup or restore is at work on this head",
              "wait for its end");
}

/// What a backup made now says of itself.
Result<head::BackupManifest> describe_head() {
  TRY_ASSIGN(const spec::ClusterSpec spec, head::read_installed_spec());
  return head::BackupManifest{.version = muster_version(),
                              .cluster = spec.name,
                              .head = spec.head.hostname,
                              .address = to_string(spec.head.address.address),
                              .made_ms = os::now_ms()};
}

/// The daemon's copy of its database. None when no daemon runs: then nobody writes the file, which
/// must be worth a backup.
Result<std::optional<fs::path>> ask_for_database() {
  if (!head_is_here()) {
    TRY(head::read_database_schema(head::kDatabase));
    return std::nullopt;
  }
  TRY(call_head("POST", "/v1/database/copy", nullptr, kCopyPatience));
  // Not what the daemon answers: root moves nothing that somebody else names.
  return fs::path(layout::kDaemonRun) / head::kDatabaseCopy;
}

Status check_backup_file(const fs::path& file) {
  if (file == "-") {
    return fail(ErrorKind::invalid, "a backup is a file, not the standard output",
                "name a new file; 'ssh HEAD sudo cat FILE' brings it elsewhere");
  }
  std::error_code error;
  if (fs::exists(fs::symlink_status(file, error))) {
    return fail(std::format("'{}' is there already", file.string()),
                "name another file, or remove this one");
  }
  const fs::path directory = fs::absolute(file).parent_path();
  if (fs::is_directory(directory, error)) return {};
  return fail(std::format("there is no directory '{}'", directory.string()), "make it first");
}

Result<head::BackupManifest> make_backup(os::CommandRunner& runner, const fs::path& file) {
  if (geteuid() != 0) return fail("only root may read the cluster's keys", "run it with sudo");
  TRY(check_backup_file(file));
  TRY_ASSIGN(const os::Handle lock, lock_backups());
  if (head::is_half_restored("/")) {
    return fail("a restore of this head was interrupted: what is here is half of two heads",
                "repeat the restore first");
  }
  TRY_ASSIGN(head::BackupManifest about, describe_head());
  say("copying the database…");
  TRY_ASSIGN(auto database, ask_for_database());
  say(std::format("writing '{}'…", file.string()));
  return head::write_backup(runner, {.database = std::move(database)}, std::move(about), file);
}

int backup(const std::string& file) {
  const os::OrderlyEnd orderly;
  os::PosixCommandRunner runner;
  const auto made = make_backup(runner, file);
  if (!made) return report(made.error());
  const std::uintmax_t size = fs::file_size(file);
  return print_answer(
      {{"file", fs::absolute(file).string()}, {"bytes", size}, {"files", made->files.size()}},
      std::format("'{}' ({} bytes) has what this head knows and all keys of the cluster: keep it "
                  "as a secret, on another machine. People's homes and volumes are not in it.",
                  file, size));
}

/// What this head would lose sight of.
std::string consequence_of(const fs::path& database, head::Present present) {
  if (os::is_missing(database)) return "this head knows nothing yet";
  const std::string kept = present == head::Present::discard
                               ? "what it knows now is lost"
                               : std::format("what it knows now is kept in {}", head::kRoots);
  if (head::is_half_restored("/")) return "half of a backup was put back before";
  const auto status = head_is_here() ? call_head("GET", "/v1/status") : fail("no daemon runs");
  if (!status) return kept;
  const auto nodes = status->at("nodes").at("total").get<int>();
  return std::format("this head knows {} node{}; {}", nodes, nodes == 1 ? "" : "s", kept);
}

/// A moment as people write it, by this machine's clock.
std::string time_of(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> moment{std::chrono::milliseconds(ms)};
  return std::format("{:%F %R} UTC", std::chrono::floor<std::chrono::minutes>(moment));
}

Deed deed_of(const head::BackupManifest& backup, head::Present present) {
  return {.what = std::format("make this head the one of the backup of '{}' made on {}",
                              backup.cluster, time_of(backup.made_ms)),
          .consequence = consequence_of(head::kDatabase, present),
          .answer = {{"cluster", backup.cluster},
                     {"made_ms", backup.made_ms},
                     {"files", backup.files.size()}}};
}

/// The head as it is, for the backup that is kept; where there is no specification yet, as the
/// backup says.
head::BackupManifest describe_before(const head::BackupManifest& backup) {
  if (auto head = describe_head()) return std::move(*head);
  head::BackupManifest about = backup;
  about.files.clear();
  return about;
}

/// What else people want to know of a restore that is done.
std::string outcome_of(const std::optional<fs::path>& kept, const RestoreOptions& options) {
  std::string text =
      "this head is the one of the backup. Nodes that run go on without a boot: 'muster node wait' "
      "waits for them.";
  if (kept) text += std::format(" What the head knew before is in '{}'.", kept->string());
  if (options.with_spec && head::is_live()) {
    text += std::format(
        " A live head has its cluster.yaml from the ISO at each start: make an ISO with this one, "
        "'{}', before the head starts anew.",
        head::kInstalledSpec);
  }
  return text;
}

int put_back(os::CommandRunner& runner, const head::OpenBackup& backup,
             const RestoreOptions& options) {
  const head::RestoreTarget target{
      .spec_from = options.with_spec ? head::SpecFrom::backup : head::SpecFrom::head,
      .present = options.discard ? head::Present::discard : head::Present::keep};
  if (const Status fits = head::check_restore(backup, target); !fits) return report(fits.error());
  Deed deed = deed_of(backup.manifest, target.present);
  if (const auto status = stop_before(deed, options.confirm)) return *status;
  say("stopping musterd, putting the files back, starting it again…");
  const auto kept = head::restore(runner, backup, target, describe_before(backup.manifest));
  // Also one that failed may have put the files back.
  log_deed("restore", kept ? options.file : options.file + ", which failed");
  if (!kept) return report(kept.error());
  if (*kept) deed.answer["kept"] = (*kept)->string();
  return print_answer(deed.answer, outcome_of(*kept, options));
}

int restore(const RestoreOptions& options) {
  if (geteuid() != 0) {
    return report(fail("only root may restore a head", "run it with sudo").error());
  }
  const auto lock = lock_backups();
  if (!lock) return report(lock.error());
  // Also one that leaves the file: an apply beside it would start daemons while files are put back.
  const auto spec_lock = lock_spec();
  if (!spec_lock) return report(spec_lock.error());
  const os::OrderlyEnd orderly;
  os::PosixCommandRunner runner;
  say(std::format("checking '{}'…", options.file));
  const auto backup = head::open_backup(runner, options.file);
  if (!backup) return report(backup.error());
  return put_back(runner, *backup, options);
}

}  // namespace

void add_backup(CLI::App& app, Session& session) {
  CLI::App* const verb =
      app.add_subcommand("backup", "write what the head knows, and its keys, into one file");
  const auto file = std::make_shared<std::string>();
  verb->add_option("file", *file, "a new file, such as head-2026-11-27.tgz")
      ->required()
      ->type_name(value::kFile);
  add_json(*verb);
  on_run_at_head(*verb, session, [file] { return backup(*file); });
}

void add_restore(CLI::App& app, Session& session) {
  CLI::App* const verb =
      app.add_subcommand("restore", "make this head the one of a backup; its nodes go on");
  const auto options = std::make_shared<RestoreOptions>();
  verb->add_option("file", options->file, "a file that 'muster backup' made")
      ->required()
      ->type_name(value::kFile);
  verb->add_flag("--with-cluster-yaml", options->with_spec,
                 "also replace cluster.yaml by that of the backup");
  verb->add_flag("--discard", options->discard,
                 "do not keep what the head knows now; for a disk that does not read it any more");
  options->confirm.add_to(*verb);
  add_json(*verb);
  on_run(*verb, session, [options] { return restore(*options); });
}

}  // namespace muster::cli
