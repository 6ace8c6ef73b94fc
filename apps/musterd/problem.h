#pragma once
// What is wrong with the cluster, in sentences with a next step.

#include <string>

namespace muster::daemon {

struct Problem {
  std::string what;
  std::string next_step;
  bool operator==(const Problem&) const = default;
};

}  // namespace muster::daemon
