#pragma once
// What a look at a whole specification finds: a rule between fields that is broken
// (validate.h), or a remark on something that is allowed and surprises as a rule (remarks.h).

#include <string>
#include <vector>

namespace muster::spec {

/// Paths are written like "profiles[0].image".
struct Finding {
  /// The fields that it was read from; the first is the one to change.
  std::vector<std::string> paths;
  std::string message;
  std::string hint;

  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

}  // namespace muster::spec
