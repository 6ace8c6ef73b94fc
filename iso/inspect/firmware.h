#pragma once
// Firmware files of a tree, and which drivers ask for them (the firmware= fields of modinfo(8);
// request_firmware of the kernel's Documentation/driver-api/firmware).

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "iso/inspect/finding.h"
#include "iso/inspect/modules.h"

namespace muster::inspect {

/// Files below usr/lib/firmware, each with the file there that it is a link to; empty for a file.
using FirmwareFiles = std::map<std::string, std::string>;

/// Reads usr/lib/firmware below `root`; none when there is no such folder.
FirmwareFiles read_firmware(const std::filesystem::path& root);

/// The files that a name or pattern of a driver stands for, compressed ones too, and what they are
/// links to.
std::set<std::string> firmware_named(const FirmwareFiles& files, const std::string& pattern);

/// One finding for each file that a present module below one of `folders` may ask for and that is
/// not there, but for those that match one of `absent` (fnmatch(3)).
std::vector<Finding> find_missing_firmware(const ModuleTree& tree,
                                           const std::set<std::string>& present,
                                           const std::vector<std::string>& folders,
                                           const FirmwareFiles& files,
                                           const std::vector<std::string>& absent);

}  // namespace muster::inspect
