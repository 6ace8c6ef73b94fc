#include "control/disk_health.h"

#include <format>

#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::control {
namespace {

/// Less is too little for one more state file and the database's log.
constexpr Bytes kFull = Bytes::from_mib(4);
constexpr Bytes kNearlyFull = Bytes::from_mib(256);
constexpr std::uint64_t kFewFiles = 100;

/// "the file system of /var/lib/muster (/dev/sda2, ext4)"
std::string name_of(const DiskView& view) {
  const os::FileSystem& disk = *view.file_system;
  if (disk.source.empty()) return std::format("the file system of {}", view.directory);
  return std::format("the file system of {} ({}, {})", view.directory, printable(disk.source, 80),
                     printable(disk.type, 40));
}

/// What is usually large and not needed, and how to find the rest.
std::string what_to_delete(const DiskView& view) {
  return std::format(
      "'journalctl --vacuum-size=100M' and 'apt-get clean' free room at once; 'findmnt -T {0}' "
      "says "
      "where it is mounted, and 'du -xh --max-depth=2 DIRECTORY | sort -h' lists what is large "
      "there: delete from home directories and volumes, and nothing in {0}",
      view.directory);
}

std::optional<Problem> file_system_problem(const DiskView& view) {
  if (!view.file_system) return std::nullopt;
  const os::FileSystem& disk = *view.file_system;
  if (disk.is_read_only) {
    return Problem{
        std::format("{} is read-only: nothing can be saved", name_of(view)),
        "'dmesg' says whether the disk failed; check or replace it, and restart the head"};
  }
  if (disk.files_left && *disk.files_left < kFewFiles) {
    return Problem{std::format("{} can take only {} more files", name_of(view), *disk.files_left),
                   what_to_delete(view)};
  }
  if (disk.free >= kNearlyFull) return std::nullopt;
  return Problem{
      std::format("{} is {}: {} of {} are free", name_of(view),
                  disk.free < kFull ? "full" : "nearly full", human(disk.free), human(disk.size)),
      what_to_delete(view)};
}

/// The next step of a write that failed: what its error says, or that it is tried again.
std::string next_of(const Error& error, std::string_view again) {
  return error.hint.empty() ? std::string(again) : std::format("{}; {}", error.hint, again);
}

}  // namespace

std::vector<Problem> disk_problems(const DiskView& view) {
  std::vector<Problem> problems;
  if (auto disk = file_system_problem(view)) problems.push_back(std::move(*disk));
  if (view.store_trouble) {
    problems.push_back(
        {std::format("the head's database takes no changes: {}", view.store_trouble->message),
         next_of(*view.store_trouble, "nodes that are up go on; changes are refused meanwhile")});
  }
  for (const PendingWrites::Failure& failure : view.failures) {
    problems.push_back(
        {std::format("the head could not save {}: {}", failure.what, failure.error.message),
         next_of(failure.error, "it is tried again by itself")});
  }
  for (const Error& lost : view.lost) problems.push_back({lost.message, lost.hint});
  return problems;
}

}  // namespace muster::control
