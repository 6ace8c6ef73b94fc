#pragma once
// The boots of the head's specification, from the images that the head has.

#include "core/spec/cluster_spec.h"
#include "provisioning/boots.h"

namespace muster::plans {

/// For the image of every profile the one that the catalogue has under its name.
/// An image that the head lacks (the specification is newer than the ISO) or whose manifest is
/// damaged costs its profiles only: their machines boot as the first profile that can be booted,
/// and a head that has none runs all the same and says why (Boots::unbootable). Pure.
provisioning::Boots make_boots(const spec::ClusterSpec& spec, provisioning::Catalogue catalogue);

}  // namespace muster::plans
