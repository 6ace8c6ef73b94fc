#pragma once
// What a specification's head and nodes share.

#include <string>
#include <vector>

#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// /home and then the other volumes: nodes have /home even where the specification names none.
std::vector<Volume> shared_volumes(const ClusterSpec& spec);

/// Where they are mounted.
std::vector<std::string> shared_mounts(const ClusterSpec& spec);

}  // namespace muster::spec
