#pragma once
// The hash of the boot loader of BIOS firmware, which only the finished medium has as it is:
// xorriso writes the medium's own block numbers into it.

#include <filesystem>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/sbom.h"

namespace muster::iso {

/// The file with a hash that none has: for the list of hashes while the medium is made.
MediumFile late_file();

/// Puts its hash into the list of hashes of the finished medium at `iso`, in place: the list keeps
/// its size. Errors: the file is not there; the ISO cannot be written.
Status write_late_checksum(os::CommandRunner& runner, const std::filesystem::path& iso);

}  // namespace muster::iso
