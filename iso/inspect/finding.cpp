#include "iso/inspect/finding.h"

#include <format>

#include "core/base/text.h"

namespace muster::inspect {

Status refuse(const std::vector<Finding>& findings) {
  static constexpr std::size_t kShown = 10;
  if (findings.empty()) return {};
  std::vector<std::string> sentences;
  for (const auto& finding : findings) {
    if (sentences.size() == kShown) break;
    sentences.push_back(finding.message);
  }
  auto text = join(sentences, "; ");
  if (findings.size() > kShown) text += std::format("; and {} more", findings.size() - kShown);
  return fail(std::move(text), findings.front().hint);
}

}  // namespace muster::inspect
