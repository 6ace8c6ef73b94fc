#pragma once
// What a node boots: a kernel, an initrd and the layers of its root, as the ISO's builder listed
// them in muster/image/NAME/manifest.json on the medium.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/spec/kernel_argument.h"

namespace muster::provisioning {

/// A file of the medium. `path` is relative to the medium's root.
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

/// Errors: not a manifest; a path that leaves the medium; a hash that is none.
Result<Image> parse_image(std::string_view json);

nlohmann::json to_json(const Artefact& artefact);

/// Errors: as parse_image, for one file.
Result<Artefact> parse_artefact(const nlohmann::json& value);

}  // namespace muster::provisioning
