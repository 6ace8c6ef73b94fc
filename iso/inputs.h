#pragma once
// Reads everything outside the specification that decides what a layer holds.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/apt_index.h"
#include "iso/layer_plan.h"

namespace muster::iso {

/// Our package files in a folder, by name; none when the folder is missing.
/// Errors: two files of one package.
Result<std::vector<DebFile>> read_debs(const std::filesystem::path& folder);

/// The hash of a tree of files: names, modes, content.
Result<std::string> hash_tree(const std::filesystem::path& folder);

/// The programs that make layers, as dpkg knows them.
struct Toolchain {
  /// Names and versions, one a line.
  std::string versions;
  /// Names of packages that are not installed.
  std::vector<std::string> missing;
};

/// Errors: dpkg cannot be asked.
Result<Toolchain> read_toolchain(os::CommandRunner& runner);

/// A wanted package that no archive has, and who wants it.
struct MissingPackage {
  std::string package;
  std::string wanted_by;
  bool operator==(const MissingPackage&) const = default;
};

/// Where the specification or a recipe asks for what does not exist; `names` are sorted. Pure.
std::vector<MissingPackage> find_missing(const spec::ClusterSpec& spec,
                                         const std::vector<LayerPlan>& layers,
                                         std::span<const std::string> names);

/// Fails with every package that the archives lack.
Status check_packages(const spec::ClusterSpec& spec, const std::vector<LayerPlan>& layers,
                      const AptIndex& index);

}  // namespace muster::iso
