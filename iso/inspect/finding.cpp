#include "iso/inspect/finding.h"

#include <format>
#include <iterator>

#include "core/base/text.h"

namespace muster::inspect {

void add(std::vector<Finding>& findings, std::vector<Finding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

std::vector<Finding> found_in(const std::string& where, std::vector<Finding> findings) {
  for (Finding& finding : findings) finding.message = where + ": " + finding.message;
  return findings;
}

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
