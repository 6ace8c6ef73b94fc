#pragma once
// The images that a head has: those of its medium, and those that somebody added. Everything that
// is read here only root writes, so root's helper and the daemon believe the same
// (docs/decisions/0026-images-by-hash.md).
//
//   /var/lib/muster-images/blob/HASH       a file of added images, by the SHA-256 of its content
//   /var/lib/muster-images/image/ID.json   an added image: image, origin, added_ms
//   /var/lib/muster-images/chosen.json     which image of a name nodes boot: {"images": {NAME: ID}}

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/layout.h"
#include "core/base/result.h"
#include "provisioning/image.h"
#include "provisioning/microcode.h"

namespace muster::provisioning {

inline constexpr const char* kImageDirectory = layout::kImages;

/// What people write in place of an id for the image that the medium has.
inline constexpr std::string_view kMediumWord = "iso";

struct KeptImage {
  enum class Source { medium, added };

  Image image;
  /// id_of(image)
  std::string id;
  Source source = Source::medium;
  /// Whether its files are in Catalogue::directory, as those of every added image: also of one of
  /// the medium that was added as well.
  bool is_kept = false;
  /// What it was added from, and when (milliseconds since 1970); of an added image only.
  std::string origin = {};
  std::int64_t added_ms = 0;

  std::string reference() const { return image.name + "@" + id; }
  bool is_of_medium() const { return source == Source::medium; }
};

/// A choice of root's: from its next start on, who boots an image of this name boots the one with
/// this id.
using ChosenImages = std::map<std::string, std::string, std::less<>>;

struct Catalogue {
  /// By name; of one name that of the medium first, then the newest first. Each id once.
  std::vector<KeptImage> images;
  ChosenImages chosen = {};
  /// Images of the medium that cannot be used, by name.
  std::map<std::string, Error, std::less<>> damaged = {};
  /// What else is wrong: added images, and choices, that cannot be used.
  std::vector<Error> problems = {};
  /// What machines load before their initrd, in `medium`.
  Result<std::vector<MicrocodeFile>> microcode = {};
  std::filesystem::path medium = {};
  std::filesystem::path directory = {};

  /// The image that who boots an image of this name gets: the chosen one, else that of the medium.
  /// Null: there is none.
  const KeptImage* find_by_name(std::string_view name) const;
  const KeptImage* find_by_id(std::string_view id) const;
  const KeptImage* find_by_reference(std::string_view reference) const;
};

/// Whether an image of the catalogue is still there, which may be of some time ago.
bool is_still_there(const Catalogue& catalogue, const KeptImage& kept);

/// Whether `word` names the image with this name and id: its name, the beginning of its id (six
/// digits or more), or both as NAME@ID.
bool is_named(std::string_view word, std::string_view name, std::string_view id);

/// What the head has. An image that cannot be read costs nothing but itself: it is told, and left
/// out. A medium that is not root's is none, whoever reads: the place of an installed head's medium
/// is below the daemon's directory.
Catalogue read_catalogue(const std::filesystem::path& medium,
                         const std::filesystem::path& directory = kImageDirectory);

/// The images of another medium, of which nothing is believed. Errors: it has none (absent); none
/// can be used.
Result<std::vector<KeptImage>> read_foreign_images(const std::filesystem::path& medium);

/// An image that was added, also one that cannot be used any more.
struct AddedImage {
  std::string id;
  /// Empty: what is written of it cannot be read.
  std::string name;
  /// Errors: what is written of it cannot be read; a file of it is missing or has another size.
  Result<KeptImage> image;
};

/// Errors: the disk.
Result<std::vector<AddedImage>> list_added_images(const std::filesystem::path& directory);

/// The text of image/ID.json.
std::string render_kept_image(const KeptImage& image);

/// The choice as it is on the disk; empty where nobody chose. Errors: it cannot be read.
Result<ChosenImages> read_chosen(const std::filesystem::path& directory);
std::string render_chosen(const ChosenImages& chosen);

}  // namespace muster::provisioning
