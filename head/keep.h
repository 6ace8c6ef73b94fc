#pragma once
// Makes a disk on which a live head keeps its state: what it knows of the cluster, the scheduler's
// jobs, and /home. The head's initrd mounts it at the next boot
// (packaging/layers/include/base/etc/initramfs-tools/scripts/live-bottom/muster-state).

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::head {

/// What the initrd looks for among the disks, and in them.
inline constexpr std::string_view kStateLabel = "muster-state";
inline constexpr const char* kStateList = "muster-state.list";
/// Where it writes down why it used no disk although there is one.
inline constexpr const char* kStateTrouble = "/run/muster-state-trouble";

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

/// What is on a disk now. Errors: it is none, lsblk failed.
Result<DiskUse> read_disk_use(os::CommandRunner& runner, const std::string& disk);

/// Whether what is on a disk may be lost.
enum class Contents { keep, erase };

/// Why this disk may not be made a state disk; success when it may.
Status check_disk(const std::string& disk, const DiskUse& use, Contents contents);

/// The disk's list: what marks it as ours, and a line for each directory that it keeps; `shared`
/// are /home and where the volumes are mounted.
std::string render_state_list(std::span<const std::string> shared);

/// Where the initrd has mounted the state disk that is in use, by /proc/self/mountinfo (proc(5));
/// none when there is none.
std::optional<std::string> find_state_disk(std::string_view mountinfo);

/// Of `shared`, what a disk's list does not keep.
std::vector<std::string> find_unkept(std::string_view list, std::span<const std::string> shared);

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
