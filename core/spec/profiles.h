#pragma once
// Which profile of a specification a name means.

#include <string_view>

#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// The profile of this name. A name that the specification does not have means its first profile:
/// there is one in every specification that was checked.
const Profile& profile_of(const ClusterSpec& spec, std::string_view name);

}  // namespace muster::spec
