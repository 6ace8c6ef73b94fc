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

/// Makes the directory show exactly the files of the catalogue as it is now. New ones come first:
/// who was told of a file finds it. One process at a time. Errors: the disk.
Status publish_blobs(const std::filesystem::path& medium,
                     const std::filesystem::path& images = kImageDirectory,
                     const std::filesystem::path& directory = kBlobDirectory);

}  // namespace muster::provisioning
