#include "apps/muster/medium_source.h"

#include <format>

#include "core/base/text.h"
#include "core/os/file_part.h"
#include "core/os/rooted_path.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;
using provisioning::Artefact;
using provisioning::KeptImage;

constexpr std::string_view kImages = "muster/image/";
constexpr std::string_view kManifest = "/manifest.json";

/// Whether the path is muster/image/NAME/manifest.json.
bool is_manifest(const std::string& path) {
  if (!path.starts_with(kImages) || !path.ends_with(kManifest)) return false;
  if (path.size() <= kImages.size() + kManifest.size()) return false;
  const std::string_view name = std::string_view(path).substr(
      kImages.size(), path.size() - kImages.size() - kManifest.size());
  return !name.contains('/') && !name.starts_with('.');
}

Error other_size(const Artefact& file) {
  return {.message = std::format("'{}' has another size than its image says", file.path),
          .hint = "the medium is damaged: fetch or build it again"};
}

}  // namespace

Result<MediumSource> MediumSource::open(os::CommandRunner& runner, const fs::path& source) {
  if (os::is_missing(source)) {
    return fail(ErrorKind::absent, std::format("there is no '{}'", source.string()),
                "name an ISO file, or the directory where one is mounted");
  }
  MediumSource medium(source);
  std::error_code unreadable;
  if (fs::is_directory(source, unreadable)) return medium;
  TRY_ASSIGN(medium.files_, inspect::list_medium(runner, source));
  return medium;
}

Result<std::vector<KeptImage>> MediumSource::images() const {
  if (!files_) return provisioning::read_foreign_images(source_);
  TRY_ASSIGN(const os::TemporaryDirectory place, os::TemporaryDirectory::make("muster-medium"));
  for (const auto& [path, parts] : *files_) {
    if (!is_manifest(path)) continue;
    TRY_ASSIGN(const std::string text, inspect::read_medium_file(source_, *files_, path));
    TRY(os::write_file(place.path() / path, text));
  }
  return provisioning::read_foreign_images(place.path());
}

Status MediumSource::copy(const Artefact& file, const fs::path& to) const {
  if (files_) {
    const auto found = files_->find(file.path);
    if (found == files_->end() || inspect::total_size(found->second) != file.size.count) {
      return std::unexpected(other_size(file));
    }
    return os::copy_parts(source_, found->second, to);
  }
  TRY_ASSIGN(const auto found, os::find_below(source_, "/" + file.path));
  if (!found) return std::unexpected(other_size(file));
  TRY_ASSIGN(const os::FileState state, os::read_state(*found));
  if (!state.is_plain || state.size != file.size.count) return std::unexpected(other_size(file));
  const os::FilePart whole{.offset = 0, .size = file.size.count};
  return os::copy_parts(*found, {&whole, 1}, to);
}

}  // namespace muster::cli
