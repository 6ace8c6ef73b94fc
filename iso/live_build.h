#pragma once
// How live-build is asked for the base system and for the bootable tree of the medium. Pure.

#include <filesystem>
#include <string>
#include <vector>

#include "iso/apt_index.h"
#include "iso/layer_plan.h"

namespace muster::iso {

/// Arguments of lb config(1). Nothing is left to defaults that matter: the distribution's default
/// is "testing", the compressor's is slow, and the menus' is to wait for ever.
std::vector<std::string> live_build_arguments(const spec::ClusterSpec& spec,
                                              const std::vector<AptSource>& sources);

/// Arguments of mmdebstrap(1) for the tree that live-build starts from. `tree` holds apt's lists
/// and archives already, so that every layer is made from one state of the mirror.
std::vector<std::string> bootstrap_arguments(const std::string& release,
                                             const std::filesystem::path& tree,
                                             const std::filesystem::path& sources,
                                             const std::filesystem::path& dpkg_options);

/// Stages of live-build, each with its arguments, in order (live-build(7)).
using Stages = std::vector<std::vector<std::string>>;

/// From a bootstrapped tree to one in which all packages are installed: the first part of what "lb
/// chroot" does.
Stages install_stages();

/// From there to the finished tree: the head's initial RAM disk, and nothing of the build is left.
Stages finish_stages();

/// For the boot loaders.
Stages boot_stages();

/// The list of packages in live-build's form.
std::string render_live_package_list(const LayerPlan& base);

}  // namespace muster::iso
