#pragma once
// The boots of the head's specification, from the manifests that the ISO's builder wrote.

#include <filesystem>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/boots.h"

namespace muster::plans {

/// Reads muster/image/NAME/manifest.json under `medium` for the image of every profile, and
/// muster/microcode/manifest.json where the medium has microcode.
/// An image that the medium lacks (the specification is newer than the ISO) or whose manifest is
/// damaged costs its profiles only: their machines boot as the first profile that can be booted,
/// and a head that has none runs all the same and says why (Boots::unbootable). Damaged microcode
/// costs nothing but itself (Boots::microcode_error).
provisioning::Boots read_boots(const spec::ClusterSpec& spec, const std::filesystem::path& medium);

}  // namespace muster::plans
