#pragma once
// Which layers a specification asks for, what each is made of, and the key that names each: the
// hash of everything it is made from. Equal keys, equal bytes; so a layer that exists is never made
// again, and one whose inputs changed is never taken. Pure.

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"
#include "iso/data_files.h"
#include "iso/recipe.h"

namespace muster::iso {

enum class LayerKind {
  base,         ///< Debian, kernel, all that head and nodes share; made by live-build
  head,         ///< on base: what only the head has
  image,        ///< on base: what a node has
  tools,        ///< on head: what makes the medium bootable; not on the medium
  microcode,    ///< on nothing: files of the medium, not a tree
  muster_head,  ///< on head: our packages and the cluster's specification
  muster_image  ///< on an image: our packages; and the node's initial RAM disk
};

/// A package file of our own.
struct DebFile {
  std::filesystem::path path;
  std::string package;
  std::string sha256;
  bool operator==(const DebFile&) const = default;
};

/// A package of an archive: the version, and the hash of its file.
struct ArchivePackage {
  std::string name;
  std::string version;
  std::string sha256;
  auto operator<=>(const ArchivePackage&) const = default;
};

/// All packages of archives that one layer is made of, sorted.
using Closure = std::vector<ArchivePackage>;

/// By the layer's name.
using Closures = std::map<std::string, Closure>;

/// Everything outside the specification that decides what a layer holds.
struct PlanInputs {
  DataFiles data;
  /// Hash of the files that are copied into layers, by folder name.
  std::map<std::string, std::string> includes;
  std::vector<DebFile> debs;
  /// What the archives have for the layers (closure.h). Empty: not known yet, and the keys that are
  /// planned name no layer.
  Closures closures;
  /// Names of packages in them that are from archives other than Debian's.
  std::set<std::string> of_others;
  /// The archives that head and nodes are told of, as a sources.list.
  std::string sources;
  /// Newest time a file may carry. Units: seconds since 1970.
  std::int64_t epoch = 0;
  /// Names and versions of the programs that make layers.
  std::string toolchain;
  /// Our own code that makes layers and medium.
  Recipe recipe;
  /// The text of cluster.yaml, for the head.
  std::string spec_text;
  /// Files that the medium has besides, by their places on it.
  std::map<std::string, std::string> files = {};
  /// As those of BuildOptions.
  plan::Plan head_steps = {};
  plan::Plan image_steps = {};
};

struct LayerPlan {
  /// No two layers have one name, whatever the specification calls its images.
  std::string name;
  LayerKind kind = LayerKind::base;
  /// The image it belongs to; empty for the head's.
  std::string image;
  /// Names of the layers below, lowest first.
  std::vector<std::string> lower;
  /// Debian packages, sorted, each once.
  std::vector<std::string> packages;
  std::vector<DebFile> debs;
  /// Where its squashfs lies on the medium; empty when it is not there.
  std::string medium_path;
  std::string key;
  bool operator==(const LayerPlan&) const = default;
};

/// All layers, each after those it stands on.
/// Errors: our package files lack one that a list names.
Result<std::vector<LayerPlan>> plan_layers(const spec::ClusterSpec& spec, const PlanInputs& inputs);

/// The images of a specification; one named "compute" when it names none.
std::vector<spec::Image> images_of(const spec::ClusterSpec& spec);

/// The layer of an image, and the one above it with our packages.
std::string image_layer(const std::string& image);
std::string muster_image_layer(const std::string& image);

/// The name under which a layer's own data lie: every image has the same.
std::string folder_of(const LayerPlan& layer);

/// The package that brings the kernel.
std::string kernel_package(spec::KernelFlavour flavour);

/// The names of the lists of kernel modules that the base layer leaves out.
std::vector<std::string> module_lists(const spec::ClusterSpec& spec);

/// The names of the lists of what a layer of this kind is packed without.
std::vector<std::string> squash_lists(LayerKind kind);

/// The layer of this name. The name must be one of the plan's.
const LayerPlan& layer_named(const std::vector<LayerPlan>& layers, const std::string& name);

}  // namespace muster::iso
