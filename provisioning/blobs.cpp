#include "provisioning/blobs.h"

#include "core/os/files.h"

namespace muster::provisioning {

namespace fs = std::filesystem;

std::map<std::string, fs::path> blobs_of(const Catalogue& catalogue) {
  std::map<std::string, fs::path> blobs;
  // First the files of added images, whose hashes were compared.
  for (const auto source : {KeptImage::Source::added, KeptImage::Source::medium}) {
    const bool is_medium = source == KeptImage::Source::medium;
    for (const KeptImage& kept : catalogue.images) {
      if (kept.source != source) continue;
      for (const Artefact& file : files_of(kept.image)) {
        blobs.emplace(file.sha256,
                      (is_medium ? catalogue.medium : catalogue.directory) / file.path);
      }
    }
  }
  if (!catalogue.microcode) return blobs;
  for (const MicrocodeFile& microcode : *catalogue.microcode) {
    blobs.emplace(microcode.file.sha256, catalogue.medium / microcode.file.path);
  }
  return blobs;
}

Status publish_blobs(const Catalogue& catalogue, const fs::path& directory) {
  const auto blobs = blobs_of(catalogue);
  TRY(os::make_directory(directory));
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
