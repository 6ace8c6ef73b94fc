#pragma once
// The rules between fields that are about the head's network to the site.

#include "core/spec/validate.h"

namespace muster::spec {

/// Every rule of head.external that `spec` breaks.
std::vector<Conflict> validate_external(const ClusterSpec& spec);

}  // namespace muster::spec
