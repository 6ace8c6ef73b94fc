#pragma once
// Makes a disk on which a live head keeps its state: what it knows of the cluster, the scheduler's
// jobs, and /home. live-boot mounts it at the next boot (persistence.conf(5)).

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::head {

/// What live-boot looks for among the disks.
inline constexpr std::string_view kStateLabel = "persistence";

/// What is on a disk, as `lsblk --json` tells.
struct DiskUse {
  /// "disk", "part", "rom", …
  std::string type;
  /// Label of the disk's own file system.
  std::string label;
  /// Names of file systems and partitions on it, for people; empty when it is blank.
  std::vector<std::string> contents;
  /// Where it, or a part of it, is mounted.
  std::vector<std::string> mounts;
  bool operator==(const DiskUse&) const = default;
};

/// Errors: not what `lsblk --json --paths --output NAME,TYPE,FSTYPE,LABEL,MOUNTPOINTS DISK` prints.
Result<DiskUse> parse_disk_use(std::string_view json);

/// Whether what is on a disk may be lost.
enum class Contents { keep, erase };

/// Why this disk may not be made a state disk; success when it may.
Status check_disk(const std::string& disk, const DiskUse& use, Contents contents);

/// The disk's persistence.conf; `shared` are /home and where the volumes are mounted.
std::string render_persistence(std::span<const std::string> shared);

/// Where live-boot has mounted the state disk that is in use, by /proc/self/mountinfo (proc(5));
/// none when there is none.
std::optional<std::string> find_state_disk(std::string_view mountinfo);

/// Of `shared`, what a persistence.conf does not keep.
std::vector<std::string> find_unkept(std::string_view persistence,
                                     std::span<const std::string> shared);

/// Adds to the state disk in use the volumes that it does not keep yet, with what is in them now;
/// their names. They are used from there from the head's next start on. Errors: not root; no state
/// disk; a program that failed, and then the disk keeps what it kept.
Result<std::vector<std::string>> keep_more(os::CommandRunner& runner,
                                           std::span<const std::string> shared);

/// Makes `disk` the state disk and copies there what the head has now; its daemon and the scheduler
/// stand still meanwhile. It is used from the head's next start on.
/// Errors: not root; not a live head; as check_disk; a program that failed.
Status keep_state(os::CommandRunner& runner, const std::string& disk, Contents contents,
                  std::span<const std::string> shared);

}  // namespace muster::head
