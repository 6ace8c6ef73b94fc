#include "core/plan/owns.h"

namespace muster::plan {

bool is_like(std::string_view text, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == pattern.npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = text.substr(star);
  const std::string_view behind = pattern.substr(star + 1);
  if (rest.starts_with('.')) return false;
  for (std::size_t taken = 1; taken <= rest.size(); ++taken) {
    if (rest[taken - 1] == '/' || rest[taken - 1] == ',') return false;
    if (is_like(rest.substr(taken), behind)) return true;
  }
  return false;
}

}  // namespace muster::plan
