#pragma once
// The files of an ISO, read where they lie in it, and whether they are the ones that its own list
// of hashes names.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/os/file_part.h"
#include "iso/inspect/finding.h"

namespace muster::inspect {

/// By path on the medium: "live/vmlinuz". A file larger than 4 GiB has several parts.
using MediumFiles = std::map<std::string, std::vector<os::FilePart>>;

/// Bytes of a file in such parts.
std::uint64_t total_size(const std::vector<os::FilePart>& parts);

/// Hashes by path.
using Checksums = std::map<std::string, std::string>;

/// What `xorriso -find / -type f -exec report_lba` prints. Errors: a line that it does not print.
Result<MediumFiles> parse_lba_report(std::string_view text);

/// How xorriso(1) is told of an ISO: a file or a block device, whatever its name begins with, and
/// never a drive that burns.
std::string xorriso_address(const std::filesystem::path& iso);

/// Errors: it is no ISO; xorriso(1).
Result<MediumFiles> list_medium(os::CommandRunner& runner, const std::filesystem::path& iso);

/// The content of one file with text. Errors: it is not on the medium; it is larger than 16 MiB;
/// the ISO is shorter than it says.
Result<std::string> read_medium_file(const std::filesystem::path& iso, const MediumFiles& files,
                                     const std::string& path);

/// The list of hashes, at the top of the medium.
inline constexpr const char* kChecksumFile = "SHA256SUMS";

/// The text of SHA256SUMS (sha256sum(1)). Errors: a line is no hash and name.
Result<Checksums> parse_checksums(std::string_view text);

/// The hash of every file of the medium.
Result<Checksums> hash_medium(const std::filesystem::path& iso, const MediumFiles& files);

/// One finding for each file that is another one, is not there, or is not listed; but for those
/// that cannot be: the list itself, and what xorriso writes into.
std::vector<Finding> compare_checksums(const Checksums& listed, const Checksums& found);

}  // namespace muster::inspect
