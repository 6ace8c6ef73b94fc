#include "extensions/version_range.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"

namespace muster::extensions {
namespace {

using Bound = VersionRange::Bound;
using Sign = VersionRange::Sign;

/// Longer signs first: "<=" begins with "<".
constexpr std::array<std::pair<std::string_view, Sign>, 5> kSigns = {{{"<=", Sign::at_most},
                                                                      {">=", Sign::at_least},
                                                                      {"<", Sign::less},
                                                                      {">", Sign::greater},
                                                                      {"=", Sign::equal}}};

bool is_true(const Version& version, const Bound& bound) {
  const auto order = version <=> bound.version;
  switch (bound.sign) {
    case Sign::less:
      return order < 0;
    case Sign::at_most:
      return order <= 0;
    case Sign::equal:
      return order == 0;
    case Sign::at_least:
      return order >= 0;
    case Sign::greater:
      return order > 0;
  }
  return false;
}

Result<Bound> parse_bound(std::string_view word) {
  const auto sign = std::ranges::find_if(
      kSigns, [&](const auto& known) { return word.starts_with(known.first); });
  if (sign == kSigns.end()) {
    return fail(ErrorKind::invalid, std::format("'{}' is no comparison", printable(word, 80)),
                "write such as \">=1.2.0 <2.0.0\", or \"*\" for every version");
  }
  TRY_ASSIGN(Version version, parse_version(word.substr(sign->first.size())));
  return Bound{.sign = sign->second, .version = std::move(version)};
}

}  // namespace

bool VersionRange::has(const Version& version) const {
  return std::ranges::all_of(bounds, [&](const Bound& bound) { return is_true(version, bound); });
}

Result<VersionRange> parse_range(std::string_view text) {
  VersionRange range;
  if (trim(text) == "*") return range;
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    TRY_ASSIGN(Bound bound, parse_bound(word));
    range.bounds.push_back(std::move(bound));
  }
  if (!range.bounds.empty()) return range;
  return fail(ErrorKind::invalid, "there is no version",
              "write such as \">=1.2.0 <2.0.0\", or \"*\" for every version");
}

std::string to_string(const VersionRange& range) {
  if (range.bounds.empty()) return "*";
  std::vector<std::string> words;
  for (const Bound& bound : range.bounds) {
    const auto sign = std::ranges::find(kSigns, bound.sign, &decltype(kSigns)::value_type::second);
    words.push_back(std::format("{}{}", sign->first, to_string(bound.version)));
  }
  return join(words, " ");
}

}  // namespace muster::extensions
