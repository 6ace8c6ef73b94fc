#pragma once
// What a machine of the cluster says when somebody logs in.

#include <string>

#include "core/spec/cluster_spec.h"

namespace muster::greetings {

std::string greet(const spec::ClusterSpec& spec);

}  // namespace muster::greetings
