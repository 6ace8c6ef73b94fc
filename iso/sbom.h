#pragma once
// What is on the medium, for people (a package list), and the manifest by which the head serves a
// node's image. Pure. For programs: spdx.h.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "iso/spdx.h"

namespace muster::iso {

/// One line a package: layer, name, version, architecture, source.
std::string render_package_list(const std::vector<LayerContents>& layers);

/// A file of the medium by its path there.
struct MediumFile {
  std::string file;
  std::uint64_t size = 0;
  std::string sha256;
  bool operator==(const MediumFile&) const = default;
};

/// What a node boots and mounts.
struct ImageManifest {
  std::string name;
  MediumFile kernel;
  /// Absent when our node packages are not part of the build.
  std::optional<MediumFile> initrd;
  /// Lowest first.
  std::vector<MediumFile> layers;
  std::vector<std::string> kernel_arguments;
};

/// manifest.json of an image.
std::string render_image_manifest(const ImageManifest& manifest);

/// SHA256SUMS (sha256sum(1)), sorted by path.
std::string render_checksums(std::vector<MediumFile> files);

}  // namespace muster::iso
