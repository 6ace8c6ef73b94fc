#pragma once
// What single fields cannot say: rules between fields. Pure, and independent of any file, so that a
// specification changed by a program is held to the same rules.

#include "core/spec/cluster_spec.h"
#include "core/spec/finding.h"

namespace muster::spec {

/// Every rule between fields that `spec` breaks.
Findings validate_cluster(const ClusterSpec& spec);

}  // namespace muster::spec
