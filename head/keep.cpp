#include "head/keep.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>
#include <set>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/base/layout.h"
#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/json/json.h"
#include "core/os/files.h"
#include "head/facts.h"
#include "head/state_places.h"
#include "head/systemctl.h"

namespace muster::head {
namespace {

using nlohmann::json;

constexpr const char* kPlace = "/run/muster-state-disk";
constexpr std::array kWriters = {layout::kDaemonUnit, "slurmctld.service"};

/// The directories of the head's own state that the disk keeps.
std::vector<std::string> kept_places() {
  std::vector<std::string> kept;
  for (const StatePlace& place : state_places()) {
    if (place.state_disk == StateDisk::keeps) kept.emplace_back(place.directory);
  }
  return kept;
}

void add_device(const json& device, DiskUse& use) {
  if (const std::string type = muster::json::text_of(device, "fstype"); !type.empty()) {
    use.contents.push_back(std::format("{} on {}", type, muster::json::text_of(device, "name")));
  }
  for (const json& place : device.value("mountpoints", json::array())) {
    if (place.is_string()) use.mounts.push_back(place.get<std::string>());
  }
  for (const json& part : device.value("children", json::array())) {
    use.contents.push_back(std::format("partition {}", muster::json::text_of(part, "name")));
    add_device(part, use);
  }
}

Status tell_writers(os::CommandRunner& runner, const std::string& verb) {
  std::vector<std::string> words = {verb};
  words.insert(words.end(), kWriters.begin(), kWriters.end());
  return systemctl(runner, std::move(words));
}

/// Directories that people work in meanwhile: a file that is gone when it is to be copied (rsync's
/// 24) is no failure.
Status copy_shared(os::CommandRunner& runner, std::span<const std::string> shared,
                   const std::string& place) {
  std::vector<std::string> argv = {"rsync",    "--archive",     "--hard-links", "--acls",
                                   "--xattrs", "--numeric-ids", "--relative"};
  argv.insert(argv.end(), shared.begin(), shared.end());
  argv.push_back(place + "/");
  TRY_ASSIGN(const os::CommandResult done, runner.run({.argv = std::move(argv)}));
  constexpr int kVanished = 24;
  if (done.status == 0 || done.status == kVanished) return {};
  return fail(std::format("cannot copy {} to '{}': {}",
                          join(std::vector(shared.begin(), shared.end()), ", "), place,
                          printable(trim(done.err), 400)));
}

Status save_host_keys(os::CommandRunner& runner) {
  // The unit that puts them back gives /etc/ssh the mode of this directory; keys have their own.
  TRY(os::make_directory(kHostKeys, {.mode = 0755}));
  TRY_ASSIGN(const auto names, os::list_directory("/etc/ssh"));
  std::vector<std::string> keys;
  for (const std::string& name : names) {
    if (name.starts_with("ssh_host_")) keys.push_back("/etc/ssh/" + name);
  }
  // A head whose server has no key yet makes them at its next start, as it would have.
  if (keys.empty()) return {};
  std::vector<std::string> argv = {"cp", "--archive", "--target-directory", kHostKeys};
  argv.insert(argv.end(), keys.begin(), keys.end());
  TRY(run_checked(runner, {.argv = std::move(argv)}));
  return {};
}

/// What is large, or written by others than the head's daemons: those do not wait for its copy.
constexpr std::array kLarge = {layout::kImages, layout::kExtensionData};

Status copy_own(os::CommandRunner& runner) {
  std::vector<std::string> argv = {"cp", "--archive", "--parents"};
  for (std::string& directory : kept_places()) {
    if (!std::ranges::contains(kLarge, directory)) argv.push_back(std::move(directory));
  }
  argv.emplace_back(kPlace);
  TRY(run_checked(runner, {.argv = std::move(argv)}));
  return {};
}

/// What daemons write, while they do not.
Status copy_state(os::CommandRunner& runner) {
  const Status stopped = tell_writers(runner, "stop");
  const Status copied = stopped ? copy_own(runner) : stopped;
  // Whatever became of the copy, the cluster goes on.
  const Status started = tell_writers(runner, "start");
  return copied ? started : copied;
}

Status fill(os::CommandRunner& runner, std::span<const std::string> shared) {
  // The long part first, while the cluster works.
  std::vector<std::string> large(shared.begin(), shared.end());
  large.insert(large.end(), kLarge.begin(), kLarge.end());
  TRY(copy_shared(runner, large, kPlace));
  TRY(save_host_keys(runner));
  TRY(copy_state(runner));
  // The files before the name that makes them count.
  TRY(run_checked(runner, {.argv = {"sync", "--file-system", kPlace}}));
  // Last: a disk without it is not used, and so never half a copy.
  return os::write_file(std::filesystem::path(kPlace) / kStateList, render_state_list(shared));
}

Status wipe(os::CommandRunner& runner, const std::string& disk) {
  TRY(run_checked(runner, {.argv = {"wipefs", "--all", "--quiet", disk}}));
  return {};
}

Status make_state_disk(os::CommandRunner& runner, const std::string& disk,
                       std::span<const std::string> shared) {
  TRY(run_checked(runner, {.argv = {"mkfs.ext4", "-q", "-F", disk}}));
  // Of what is kept free for root the daemon may use, too: people can fill their homes, and the
  // head goes on.
  TRY(run_checked(runner, {.argv = {"tune2fs", "-g", "muster", disk}}));
  TRY(os::make_directory(kPlace, {.mode = 0700}));
  TRY(run_checked(runner, {.argv = {"mount", "-t", "ext4", disk, kPlace}}));
  const Status filled = fill(runner, shared);
  const auto unmounted = run_checked(runner, {.argv = {"umount", kPlace}});
  if (!filled) return filled;
  TRY(unmounted);
  // Last: only a whole disk is called a state disk.
  TRY(run_checked(runner, {.argv = {"e2label", disk, std::string(kStateLabel)}}));
  return {};
}

}  // namespace

Result<DiskUse> parse_disk_use(std::string_view text_of_lsblk) {
  try {
    const json device = json::parse(text_of_lsblk).at("blockdevices").at(0);
    DiskUse use{.type = muster::json::text_of(device, "type"),
                .label = muster::json::text_of(device, "label")};
    add_device(device, use);
    return use;
  } catch (const json::exception& error) {
    return fail(std::format("lsblk's answer is not understood: {}", printable(error.what())));
  }
}

Result<DiskUse> read_disk_use(os::CommandRunner& runner, const std::string& disk) {
  if (!std::filesystem::is_block_file(disk)) {
    return fail(std::format("'{}' is not a disk", printable(disk)), "'lsblk' shows the disks");
  }
  TRY_ASSIGN(const std::string listed,
             run_checked(runner, {.argv = {"lsblk", "--json", "--paths", "--output",
                                           "NAME,TYPE,FSTYPE,LABEL,MOUNTPOINTS", disk}}));
  return parse_disk_use(listed);
}

Status check_disk(const std::string& disk, const DiskUse& use, Contents contents) {
  if (use.type != "disk" && use.type != "part") {
    return fail(std::format("'{}' is a {}, not a disk", disk, use.type), "'lsblk' shows the disks");
  }
  if (!use.mounts.empty()) {
    return fail(std::format("'{}' is in use: it is mounted at {}", disk, join(use.mounts, ", ")),
                "take another disk, or unmount it");
  }
  if (contents == Contents::erase || use.contents.empty()) return {};
  if (use.label == kStateLabel) {
    return fail(std::format("'{}' is a state disk already", disk),
                "restart the head to use it; --erase starts with an empty disk");
  }
  return fail(std::format("'{}' is not empty: {}", disk, join(use.contents, ", ")),
              "--erase overwrites all of it");
}

std::string render_state_list(std::span<const std::string> shared) {
  std::string lines = "muster-state 1\n";
  for (const std::string& directory : kept_places()) lines += std::format("{}\n", directory);
  for (const std::string& directory : shared) lines += std::format("{}\n", directory);
  return lines;
}

std::optional<std::string> find_state_disk(std::string_view mountinfo) {
  for (const Mount& mount : parse_mounts(mountinfo)) {
    if (mount.directory.starts_with("/run/muster-state/")) return mount.directory;
  }
  return std::nullopt;
}

std::vector<std::string> find_unkept(std::string_view list, std::span<const std::string> shared) {
  const std::vector<std::string> directories = lines(list);
  const std::set<std::string> kept(directories.begin(), directories.end());
  std::vector<std::string> unkept;
  for (const std::string& directory : shared) {
    if (!kept.contains(directory)) unkept.push_back(directory);
  }
  return unkept;
}

Result<std::vector<std::string>> keep_more(os::CommandRunner& runner,
                                           std::span<const std::string> shared) {
  if (geteuid() != 0) return fail("only root may change the state disk", "run it with sudo");
  TRY_ASSIGN(const std::string mounts, os::read_file("/proc/self/mountinfo"));
  const auto place = find_state_disk(mounts);
  if (!place) {
    return fail("this head has no state disk",
                "name one: muster head keep DISK; 'lsblk' shows them");
  }
  const std::filesystem::path file = std::filesystem::path(*place) / kStateList;
  TRY_ASSIGN(std::string list, os::read_file(file));
  // A disk of an older version may lack some of these.
  std::vector<std::string> wanted(shared.begin(), shared.end());
  std::ranges::copy(kept_places(), std::back_inserter(wanted));
  std::vector<std::string> unkept = find_unkept(list, wanted);
  if (unkept.empty()) return unkept;
  if (std::ranges::contains(unkept, kHostKeys)) TRY(save_host_keys(runner));
  TRY(copy_shared(runner, unkept, *place));
  // The files before the names that make them count.
  TRY(run_checked(runner, {.argv = {"sync", "--file-system", *place}}));
  for (const std::string& directory : unkept) list += directory + "\n";
  TRY(os::write_file(file, list));
  return unkept;
}

Status keep_state(os::CommandRunner& runner, const std::string& disk, Contents contents,
                  std::span<const std::string> shared) {
  if (geteuid() != 0) return fail("only root may make file systems", "run it with sudo");
  if (!is_live()) {
    return fail("this is not a live head", "its state is on its own disk already");
  }
  TRY_ASSIGN(const std::string mounts, os::read_file("/proc/self/mountinfo"));
  if (is_kept("/home", mounts)) {
    return fail(
        "this head has a state disk already",
        "'muster head keep' without a disk adds new volumes to it; to use another disk, start "
        "the head without the old one");
  }
  TRY_ASSIGN(const DiskUse use, read_disk_use(runner, disk));
  TRY(check_disk(disk, use, contents));
  TRY(wipe(runner, disk));
  const Status made = make_state_disk(runner, disk, shared);
  if (made) return {};
  if (Status wiped = wipe(runner, disk); !wiped) {
    return wrap(made.error().text(), std::move(wiped).error());
  }
  return made;
}

}  // namespace muster::head
