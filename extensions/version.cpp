#include "extensions/version.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/spec/rules.h"

namespace muster::extensions {
namespace {

/// A part that is a number is less than one that is a word (semver.org, 11.4).
std::strong_ordering compare_parts(const std::string& one, const std::string& other) {
  const auto number = parse_number(one);
  const auto other_number = parse_number(other);
  if (number && other_number) return *number <=> *other_number;
  if (number.has_value() != other_number.has_value()) {
    return number ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return one <=> other;
}

std::unexpected<Error> refuse_version(std::string_view text) {
  return fail(ErrorKind::invalid, std::format("'{}' is not a version", printable(text, 80)),
              "write three numbers, such as 1.2.0, and a pre-release when wanted: 1.2.0-rc.1");
}

bool is_padded(std::string_view number) { return number.size() > 1 && number.starts_with('0'); }

}  // namespace

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = numbers <=> other.numbers; order != 0) return order;
  if (pre_release.empty() != other.pre_release.empty()) {
    return pre_release.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  return std::lexicographical_compare_three_way(pre_release.begin(), pre_release.end(),
                                                other.pre_release.begin(), other.pre_release.end(),
                                                compare_parts);
}

Result<Version> parse_version(std::string_view text) {
  if (!spec::is_version(text) || text.size() > 64) return refuse_version(text);
  const std::size_t dash = text.find('-');
  const std::vector<std::string> numbers = split(text.substr(0, dash), '.');
  Version version;
  if (numbers.size() != version.numbers.size()) return refuse_version(text);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = parse_number(numbers[i]);
    if (!number || is_padded(numbers[i])) return refuse_version(text);
    version.numbers[i] = *number;
  }
  if (dash == std::string_view::npos) return version;
  version.pre_release = split(text.substr(dash + 1), '.');
  for (const std::string& part : version.pre_release) {
    const bool is_digits = part.find_first_not_of("0123456789") == std::string::npos;
    // A number that does not fit would be compared as a word.
    if (part.empty() || (is_digits && (is_padded(part) || !parse_number(part)))) {
      return refuse_version(text);
    }
  }
  return version;
}

std::string to_string(const Version& version) {
  const auto& [major, minor, patch] = version.numbers;
  const std::string release = std::format("{}.{}.{}", major, minor, patch);
  if (version.pre_release.empty()) return release;
  return std::format("{}-{}", release, join(version.pre_release, "."));
}

}  // namespace muster::extensions
