#pragma once
// The boots of the head's specification, from the manifests that the ISO's builder wrote.

#include <filesystem>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/boots.h"

namespace muster::daemon {

/// Reads muster/image/NAME/manifest.json under `medium` for the image of every profile.
/// Errors: the medium lacks an image (the specification is newer than the ISO), or a kernel
/// argument that boot loaders would read as their own.
Result<provisioning::Boots> read_boots(const spec::ClusterSpec& spec,
                                       const std::filesystem::path& medium);

}  // namespace muster::daemon
