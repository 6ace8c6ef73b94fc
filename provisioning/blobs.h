#pragma once
// The directory that nginx shows machines: every file of the catalogue under its hash, as a link to
// where the file is. Made by root's helper, from files that only root writes.

#include <filesystem>
#include <map>
#include <string>

#include "provisioning/catalogue.h"

namespace muster::provisioning {

inline constexpr const char* kBlobDirectory = "/run/muster-blobs";

/// Where each file that machines may fetch is, by its hash.
std::map<std::string, std::filesystem::path> blobs_of(const Catalogue& catalogue);

/// Makes the directory show exactly these files. New ones come first: who was told of a file finds
/// it. Errors: the disk.
Status publish_blobs(const Catalogue& catalogue,
                     const std::filesystem::path& directory = kBlobDirectory);

}  // namespace muster::provisioning
