#include "provisioning/image_store.h"

#include <algorithm>
#include <format>
#include <map>
#include <set>

#include "core/base/text.h"
#include "core/os/file_hash.h"
#include "core/os/file_lock.h"
#include "core/os/file_system.h"
#include "core/os/files.h"

namespace muster::provisioning {
namespace {

namespace fs = std::filesystem;

/// Left free for what else the head writes.
constexpr Bytes kSpare = Bytes::from_mib(64);

fs::path blob_of(const fs::path& directory, const std::string& sha256) {
  return directory / "blob" / sha256;
}

fs::path record_of(const fs::path& directory, const std::string& id) {
  return directory / "image" / (id + ".json");
}

/// What a disk changed since is not the file any more.
bool has_blob(const fs::path& directory, const Artefact& file) {
  const auto state = os::read_state(blob_of(directory, file.sha256));
  if (!state || !state->is_plain || state->size != file.size.count) return false;
  return os::sha256_file(blob_of(directory, file.sha256)) == file.sha256;
}

/// The files of an image that are not there, each once.
std::map<std::string, Artefact> missing_files(const Image& image, const fs::path& directory) {
  std::map<std::string, Artefact> missing;
  for (const Artefact& file : files_of(image)) {
    if (!has_blob(directory, file)) missing.emplace(file.sha256, file);
  }
  return missing;
}

Status copy_blob(const CopyFile& copy, const Artefact& file, const fs::path& directory) {
  const fs::path to = blob_of(directory, file.sha256);
  const fs::path part = to.string() + ".part";
  TRY(os::remove_tree(part));
  Status copied = copy(file, part);
  if (copied) {
    const auto hash = os::sha256_file(part);
    copied = !hash ? std::unexpected(hash.error())
             : *hash != file.sha256
                 ? fail(std::format("'{}' has another content than its image says", file.path),
                        "the medium is damaged: fetch or build it again")
                 : Status();
  }
  // nginx may read it from now on.
  if (copied) copied = os::set_mode(part, {.mode = 0644});
  if (copied) copied = os::rename_file(part, to);
  if (!copied) {
    TRY(os::remove_tree(part));
    return copied;
  }
  return {};
}

Status check_space(const fs::path& directory, const std::map<std::string, Artefact>& missing) {
  Bytes needed;
  for (const auto& [hash, file] : missing) needed.count += file.size.count;
  TRY_ASSIGN(const os::FileSystem here, os::read_file_system(directory));
  const Bytes free = here.free;
  if (free.count >= needed.count + kSpare.count) return {};
  return fail(
      std::format("'{}' has {} free, and the image needs {} and {} to spare", directory.string(),
                  human(free), human(needed), human(kSpare)),
      "'muster image remove' takes away one that no node boots; a live head keeps images on "
      "its state disk: 'muster help head'");
}

/// Removes files that no image has, and what an interrupted copy left. `wanted`: an image that is
/// to be added, whose files stay.
Status remove_unused(const fs::path& directory, const Image& wanted = {}) {
  std::set<std::string> used;
  for (const Artefact& file : files_of(wanted)) used.insert(file.sha256);
  TRY_ASSIGN(const auto records, os::list_directory(directory / "image"));
  for (const std::string& record : records) {
    if (!record.ends_with(".json")) {
      // Of a write that a power cut ended.
      TRY(os::remove_tree(directory / "image" / record));
      continue;
    }
    TRY_ASSIGN(const std::string text, os::read_plain_file(directory / "image" / record));
    // Whatever a damaged record names is kept as well.
    for (std::size_t at = text.find("blob/"); at != std::string::npos;
         at = text.find("blob/", at + 1)) {
      used.insert(text.substr(at + 5, 64));
    }
  }
  TRY_ASSIGN(const auto blobs, os::list_directory(directory / "blob"));
  for (const std::string& blob : blobs) {
    if (!used.contains(blob)) TRY(os::remove_tree(directory / "blob" / blob));
  }
  return {};
}

}  // namespace

Result<os::Handle> lock_images(const fs::path& directory,
                               const std::function<void(const std::string& holder)>& on_wait) {
  TRY(os::make_directory(directory));
  return os::lock_file(directory / "lock", on_wait);
}

Status add_image(const ImageToAdd& added, const fs::path& directory, const CopyFile& copy) {
  TRY(os::make_directory(directory / "blob"));
  TRY(os::make_directory(directory / "image"));
  TRY(remove_unused(directory, added.image));
  const auto missing = missing_files(added.image, directory);
  TRY(check_space(directory, missing));
  for (const auto& [hash, file] : missing) TRY(copy_blob(copy, file, directory));
  // A power cut leaves no image with files that are not on the disk.
  TRY(os::sync_filesystem(directory));
  KeptImage kept{.image = added.image,
                 .id = id_of(added.image),
                 .source = KeptImage::Source::added,
                 .is_kept = true,
                 .origin = added.origin,
                 .added_ms = added.at_ms};
  const auto move = [](Artefact& file) { file.path = "blob/" + file.sha256; };
  move(kept.image.kernel);
  move(kept.image.initrd);
  for (Artefact& layer : kept.image.layers) move(layer);
  TRY_ASSIGN(const auto before, list_added_images(directory));
  const auto same = std::ranges::find(before, kept.id, &AddedImage::id);
  if (same != before.end() && same->image) return {};
  return os::write_file(record_of(directory, kept.id), render_kept_image(kept));
}

Status remove_image(const std::string& id, const fs::path& directory) {
  TRY_ASSIGN(ChosenImages chosen, read_chosen(directory));
  // A choice of what is gone would be told as a problem from then on.
  const auto gone = std::erase_if(chosen, [&](const auto& choice) { return choice.second == id; });
  if (gone > 0) TRY(os::write_file(directory / "chosen.json", render_chosen(chosen)));
  TRY(os::remove_tree(record_of(directory, id)));
  return remove_unused(directory);
}

Status choose_image(const std::string& name, const std::string& id, const fs::path& directory) {
  TRY_ASSIGN(ChosenImages chosen, read_chosen(directory));
  chosen.erase(name);
  if (!id.empty()) chosen.emplace(name, id);
  TRY(os::make_directory(directory));
  return os::write_file(directory / "chosen.json", render_chosen(chosen));
}

}  // namespace muster::provisioning
