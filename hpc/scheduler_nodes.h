#pragma once
// What the scheduler says of its nodes. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::hpc {

/// What sinfo(1) said last on this head, for daemons that may not ask: kSinfoFormat's lines. No
/// file: the scheduler does not answer.
inline constexpr const char* kSchedulerNodes = "/run/muster/scheduler-nodes";

/// A node as the scheduler sees it.
struct SchedulerNode {
  std::string name;
  /// Slurm's word without its marks: "idle", "down", "drained", … (sinfo(1), NODE STATE CODES).
  std::string state;
  /// Whether a job can be placed on it, now or when others end.
  bool usable = false;
  /// Whether it may become usable by itself in a moment: it boots, or its daemon just started.
  bool settling = false;
  /// Whether somebody or something took it from the jobs until it is given back: drained, failed.
  /// Nodes that are reserved, in maintenance or about to reboot are not among these.
  bool taken_out = false;
  /// Why it is not usable, in the scheduler's words; may be empty.
  std::string reason;

  bool operator==(const SchedulerNode&) const = default;
};

/// Columns asked of `sinfo --Node --noheader --format`: names and states hold no '|', and the
/// reason, which may, comes last. Fixed for twenty years, where the JSON form changes with each
/// release.
inline constexpr std::string_view kSinfoFormat = "%N|%T|%E";

/// The argument vector that prints them.
std::vector<std::string> sinfo_command();

/// Each node once, in the order of sinfo. A line that is none of ours goes on with the reason
/// before it, which people write as they like, and is left out. Errors: the first line is none of
/// ours.
Result<std::vector<SchedulerNode>> parse_sinfo(std::string_view output);

}  // namespace muster::hpc
