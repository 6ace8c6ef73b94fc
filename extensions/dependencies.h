#pragma once
// Whether extensions can be installed together: what each requires, and what it conflicts with.

#include <vector>

#include "core/base/result.h"
#include "extensions/specification.h"

namespace muster::extensions {

/// Whether an extension can be installed beside the others. Errors (conflict): it requires another
/// that is not among them in a version that will do, or conflicts with one that is; the same of
/// another about this one. The error has the names and versions of both.
Status check_together(const Specification& wanted, std::vector<Specification> others);

}  // namespace muster::extensions
