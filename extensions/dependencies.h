#pragma once
// Whether extensions can be installed together: what each requires, and what it conflicts with.

#include <vector>

#include "core/base/result.h"
#include "extensions/specification.h"

namespace muster::extensions {

/// Errors (conflict): one requires another that is not among them in a version that will do, or
/// conflicts with one that is. The error has the names and versions of both.
Status check_together(const std::vector<Specification>& all);

}  // namespace muster::extensions
