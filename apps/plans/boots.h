#pragma once
// The boots of the head's specification, from the manifests that the ISO's builder wrote.

#include <filesystem>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/boots.h"

namespace muster::plans {

/// Reads muster/image/NAME/manifest.json under `medium` for the image of every profile, and
/// muster/microcode/manifest.json where the medium has microcode.
/// An image that the medium lacks (the specification is newer than the ISO) costs its profiles
/// only, but for the first one, which new machines boot. Errors: the first profile's image is not
/// there; a manifest is damaged; a kernel argument that boot loaders would read as their own.
Result<provisioning::Boots> read_boots(const spec::ClusterSpec& spec,
                                       const std::filesystem::path& medium);

}  // namespace muster::plans
