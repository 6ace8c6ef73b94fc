#pragma once
// What a node boots: a kernel, an initrd and the layers of its root, as the ISO's builder listed
// them in muster/image/NAME/manifest.json on the medium, and as the catalogue keeps them
// (catalogue.h).

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/spec/kernel_argument.h"

namespace muster::provisioning {

/// A file of an image. `path` is relative to where the image's files are: the medium's root, or the
/// catalogue's directory.
struct Artefact {
  std::string path;
  Bytes size;
  /// 64 lower-case hexadecimal digits.
  std::string sha256;
  bool operator==(const Artefact&) const = default;
};

struct Image {
  std::string name;
  Artefact kernel;
  Artefact initrd;
  /// Squashfs layers, the lowest first.
  std::vector<Artefact> layers;
  std::vector<spec::KernelArgument> kernel_arguments;
  bool operator==(const Image&) const = default;

  Bytes size() const;
};

/// Whether a text is 64 lower-case hexadecimal digits.
bool is_sha256(std::string_view text);

/// Names what a machine runs that boots this image: the SHA-256 of its name, the hashes of its
/// files in their order, and its kernel arguments.
std::string id_of(const Image& image);

/// Whether a text is "NAME@ID", which names one image among all that ever were.
bool is_reference(std::string_view text);
/// How many digits of an id people are shown.
inline constexpr std::size_t kShortId = 12;
/// As people are shown it, with the beginning of its id.
std::string short_reference(std::string_view reference);
/// The parts of a reference.
std::string_view name_in(std::string_view reference);
std::string_view id_in(std::string_view reference);

/// The head's URL path of the file with this hash.
std::string blob_url(std::string_view sha256);

/// Kernel, initrd, and layers.
std::vector<Artefact> files_of(const Image& image);

/// Errors: not a manifest; a path that leaves the medium; a hash that is none.
Result<Image> parse_image(std::string_view json);

nlohmann::json to_json(const Artefact& artefact);
/// A manifest, as parse_image takes it.
nlohmann::json to_json(const Image& image);

/// Errors: as parse_image, for one file.
Result<Artefact> parse_artefact(const nlohmann::json& value);

}  // namespace muster::provisioning
