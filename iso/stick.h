#pragma once
// USB sticks that an ISO is written to: which disk is meant, and whether it may be overwritten.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/os/command.h"

namespace muster::iso {

/// A disk as lsblk(8) tells.
struct Stick {
  std::string path;
  /// "disk", "part", "loop", …
  std::string type;
  Bytes size;
  /// It can be pulled out while the machine runs, or the medium can.
  bool is_removable = false;
  bool is_read_only = false;
  /// The maker's words; may be empty.
  std::string model;
  /// Where it or a part of it is mounted; "[SWAP]", too.
  std::vector<std::string> mounts;
  /// What else is made of it: RAID, LVM, encryption.
  std::vector<std::string> holders;

  bool operator==(const Stick&) const = default;
};

/// Errors: not what read_stick asks lsblk for.
Result<Stick> parse_stick(std::string_view text_of_lsblk);

/// Errors: there is no such disk; lsblk.
Result<Stick> read_stick(os::CommandRunner& runner, const std::string& device);

/// Which disks somebody means to overwrite.
enum class Accepts { removable, any_disk };

/// Errors: it is a part of a disk; it is no removable one; it is mounted or in use; read-only; too
/// small.
Status check_stick(const Stick& stick, Bytes iso, Accepts accepts);

}  // namespace muster::iso
