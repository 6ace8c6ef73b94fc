#pragma once
// The cluster.yaml at the top of the project.

#include <stdexcept>

#include "core/os/files.h"
#include "core/spec/parse.h"

namespace muster::plans {

inline spec::ClusterSpec own_cluster() {
  const auto text = os::read_file(MUSTER_SOURCE "/cluster.yaml");
  auto outcome = spec::parse_cluster(text.value(), "cluster.yaml");
  if (!outcome.spec) throw std::runtime_error("cluster.yaml has problems");
  return std::move(*outcome.spec);
}

}  // namespace muster::plans
