#include "apps/muster/rolling.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"

namespace muster::cli {

Result<std::size_t> count_at_once(const std::string& text, std::size_t all) {
  if (text.empty()) return 0;
  constexpr std::uint64_t kWhole = 100;
  const bool is_part = text.ends_with('%');
  const auto number = parse_number(is_part ? text.substr(0, text.size() - 1) : text);
  if (!number || *number == 0 || (is_part && *number > kWhole)) {
    return fail(std::format("'{}' is no number of nodes", printable(text, 32)),
                "write how many may be away at once, such as 4 or 10%");
  }
  if (!is_part) return std::min<std::size_t>(*number, all);
  return std::max<std::size_t>(all * *number / kWhole, 1);
}

}  // namespace muster::cli
