#pragma once
// What a specification's head and nodes share.

#include <string>
#include <vector>

#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// /home and then the other volumes: nodes have /home even where the specification names none.
std::vector<Volume> shared_volumes(const ClusterSpec& spec);

/// Where the head has them.
std::vector<std::string> shared_mounts(const ClusterSpec& spec);

/// Those that nodes of a profile mount.
std::vector<Volume> volumes_of(const ClusterSpec& spec, const Profile& profile);

}  // namespace muster::spec
