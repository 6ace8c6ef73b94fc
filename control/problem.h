#pragma once
// What is wrong with the cluster, in sentences with a next step.

#include <string>

namespace muster::control {

struct Problem {
  std::string what;
  std::string next_step;
  bool operator==(const Problem&) const = default;
};

/// A reason without its numbers, which differ from node to node: "no message for 61 s" and "no
/// message for 62 s" are one kind.
inline std::string kind_of(std::string reason) {
  std::erase_if(reason, [](char c) { return c >= '0' && c <= '9'; });
  return reason;
}

}  // namespace muster::control
