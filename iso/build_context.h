#pragma once
// What every stage of a build works with.

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "core/os/command.h"
#include "iso/apt_index.h"
#include "iso/layer_plan.h"
#include "iso/layer_store.h"

namespace muster::iso {

/// Where the bootable tree has the boot sector that makes a stick of the ISO start (isohybrid(1)).
inline constexpr const char* kMbr = "isolinux/isohdpfx.bin";

struct BuildContext {
  os::CommandRunner& runner;
  const LayerStore& store;
  const spec::ClusterSpec& spec;
  const PlanInputs& inputs;
  const AptIndex& index;
  const std::vector<LayerPlan>& layers;
  /// All output of all programs.
  std::filesystem::path log;
  /// Given every line of output.
  std::function<void(std::string_view)> on_line;
  /// Given what is worth a look and hinders nothing. May be empty.
  std::function<void(const Error&)> on_warning;

  /// The finished tree of a layer: what an overlay stacks.
  std::filesystem::path tree_of(const std::string& layer) const;
};

/// Runs a program of the build: clean environment, fixed time, no questions, output to the log.
/// Errors: as run_checked, with the log's path as the next step.
Status run_step(const BuildContext& context, os::Command command);

/// Runs live-build's stages in its folder.
Status run_stages(const BuildContext& context, const std::vector<std::vector<std::string>>& stages,
                  const std::filesystem::path& lb);

/// Links every package file of `from` into `to` where it is missing.
Status share_archives(const std::filesystem::path& from, const std::filesystem::path& to);

/// Symbolic links to /dev/null for the units that a list names, below the root of a tree.
Status mask_units(const std::filesystem::path& root, const std::vector<std::string>& units);

/// Copies a tree of files as they are, owned by root; nothing when it is missing.
Status copy_included(const BuildContext& context, const std::filesystem::path& folder,
                     const std::filesystem::path& root);

/// Removes all of a layer's tree that is not on the medium, but for what tells which packages were
/// in it and their licences.
Status keep_records(const std::filesystem::path& tree);

/// Makes the base layer by live-build in `folder`: tree/, layer.squashfs, vmlinuz, initrd.img, lb/.
Status build_base(const BuildContext& context, const LayerPlan& layer,
                  const std::filesystem::path& folder);

/// Makes any other layer in `folder`: upper/, layer.squashfs but for the tools, whose binary/ is
/// live-build's bootable tree; and node-initrd.img for an image's last layer when our package
/// brings its parts.
Status build_overlay(const BuildContext& context, const LayerPlan& layer,
                     const std::filesystem::path& folder);

/// Makes the layer of microcode in `folder`: microcode/ with the images and their manifest.json.
Status build_microcode(const BuildContext& context, const LayerPlan& layer,
                       const std::filesystem::path& folder);

/// The files that a finished layer of this kind offers; read from `folder`.
Result<std::vector<std::string>> layer_files(const LayerPlan& layer,
                                             const std::filesystem::path& folder);

}  // namespace muster::iso
