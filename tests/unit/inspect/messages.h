#pragma once
// Findings as a test compares them.

#include <string>
#include <vector>

#include "iso/inspect/finding.h"

namespace muster::inspect {

using Texts = std::vector<std::string>;

inline Texts messages(const std::vector<Finding>& findings) {
  Texts texts;
  for (const auto& finding : findings) texts.push_back(finding.message);
  return texts;
}

}  // namespace muster::inspect
