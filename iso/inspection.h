#pragma once
// What is on a finished medium, and what is wrong with it: each file against the list of hashes,
// what firmware starts, what the menus load, what the manifests say, and every layer. Reads the ISO
// where it lies; needs no right, no build and no network.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/inspect/finding.h"
#include "iso/inspect/layer.h"
#include "iso/inspect/medium_files.h"

namespace muster::iso {

/// Where a medium has the specification that it was built from.
inline constexpr const char* kMediumSpec = "muster/cluster.yaml";

struct MediumReport {
  /// BuildReport::id, as the medium says; empty when it says none.
  std::string id;
  std::uint64_t size = 0;
  std::size_t files = 0;
  /// inspect::ways_to_start.
  std::vector<std::string> starts;
  struct Layer {
    /// Bytes on the medium.
    std::uint64_t size = 0;
    inspect::LayerReport report;
  };
  std::vector<Layer> layers;
  /// Those of the layers too, each with the layer's name; likewise LayerReport::remarks.
  std::vector<inspect::Finding> findings;
  std::vector<inspect::Finding> remarks;
};

/// What is wrong with the files that a manifest.json names, each an object with "file", "size" and
/// "sha256". Pure.
std::vector<inspect::Finding> find_manifest_faults(std::string_view manifest,
                                                   const inspect::MediumFiles& files,
                                                   const inspect::Checksums& found);

/// Errors: it is no ISO; it cannot be read; a program is missing. What is wrong with the medium is
/// a finding and no error.
Result<MediumReport> inspect_medium(os::CommandRunner& runner, const std::filesystem::path& iso);

}  // namespace muster::iso
