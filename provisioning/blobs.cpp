#include "provisioning/blobs.h"

#include "core/os/file_lock.h"
#include "core/os/files.h"

namespace muster::provisioning {

namespace fs = std::filesystem;

std::map<std::string, fs::path> blobs_of(const Catalogue& catalogue) {
  std::map<std::string, fs::path> blobs;
  // First the files whose hashes were compared.
  for (const bool is_kept : {true, false}) {
    for (const KeptImage& image : catalogue.images) {
      if (image.is_kept != is_kept) continue;
      for (const Artefact& file : files_of(image.image)) {
        blobs.emplace(file.sha256, is_kept ? catalogue.directory / "blob" / file.sha256
                                           : catalogue.medium / file.path);
      }
    }
  }
  if (!catalogue.microcode) return blobs;
  for (const MicrocodeFile& microcode : *catalogue.microcode) {
    blobs.emplace(microcode.file.sha256, catalogue.medium / microcode.file.path);
  }
  return blobs;
}

Status publish_blobs(const fs::path& medium, const fs::path& images, const fs::path& directory) {
  TRY(os::make_directory(directory));
  TRY_ASSIGN(const os::Handle lock, os::lock_file(directory.string() + ".lock"));
  const auto blobs = blobs_of(read_catalogue(medium, images));
  for (const auto& [hash, file] : blobs) {
    std::error_code unreadable;
    if (fs::read_symlink(directory / hash, unreadable) == file) continue;
    TRY(os::write_symlink(directory / hash, file));
  }
  TRY_ASSIGN(const auto there, os::list_directory(directory));
  for (const std::string& name : there) {
    if (!blobs.contains(name)) TRY(os::remove_tree(directory / name));
  }
  return {};
}

}  // namespace muster::provisioning
