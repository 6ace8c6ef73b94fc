#pragma once
// The code itself as an input: a layer made by older code is never taken for one that the present
// code would make. CMakeLists.txt says which files decide what.

#include <string>

namespace muster::iso {

/// Hashes of the source files that make something.
struct Recipe {
  /// All that makes the base layer; every other layer stands on it.
  std::string base;
  /// What makes the layers above, beyond that.
  std::string overlay;
  /// What makes the medium of finished layers.
  std::string medium;
};

/// Those of this program, taken when it was compiled.
Recipe own_recipe();

}  // namespace muster::iso
