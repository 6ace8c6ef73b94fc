#pragma once
// Whether firmware finds something to start on a medium: the boot catalogue of a disc (El Torito
// Specification 1.0), the partition tables of a stick, and the FAT image that UEFI reads.

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/inspect/finding.h"

namespace muster::inspect {

/// What xorriso finds in the structures of an ISO.
struct BootRecord {
  /// Paths that the boot catalogue names, by platform.
  std::string bios;
  std::string uefi;
  /// "MBR", "GPT" and others.
  std::set<std::string> tables;
  /// Whether the partition that is marked as an EFI system partition is the file of `uefi`.
  bool has_efi_partition = false;
  bool operator==(const BootRecord&) const = default;
};

/// The output of xorriso's -report_el_torito plain and -report_system_area plain. Pure.
BootRecord parse_boot_report(std::string_view text);

Result<BootRecord> read_boot_record(os::CommandRunner& runner, const std::filesystem::path& iso);

/// The paths in a FAT image that begins at `offset` of a file, in lower case. Errors: it is none;
/// mdir(1).
Result<std::set<std::string>> list_efi_image(os::CommandRunner& runner,
                                             const std::filesystem::path& file,
                                             std::uint64_t offset);

/// The ways in which the medium starts: "BIOS disc", "UEFI disc", "BIOS stick", "UEFI stick".
std::vector<std::string> ways_to_start(const BootRecord& record);

/// One finding for each way that is missing, and for each file that UEFI and shim look for.
std::vector<Finding> find_boot_faults(const BootRecord& record,
                                      const std::set<std::string>& efi_files);

}  // namespace muster::inspect
