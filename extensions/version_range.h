#pragma once
// Which versions of another extension will do: "*", or comparisons that all must be true, such as
// ">=1.2.0 <2.0.0".

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "extensions/version.h"

namespace muster::extensions {

struct VersionRange {
  enum class Sign { less, at_most, equal, at_least, greater };
  struct Bound {
    Sign sign = Sign::equal;
    Version version;
    bool operator==(const Bound&) const = default;
  };
  /// None: every version will do.
  std::vector<Bound> bounds;

  /// By precedence alone: a pre-release of 2.0.0 is less than 2.0.0.
  bool has(const Version& version) const;
  bool operator==(const VersionRange&) const = default;
};

/// Errors (invalid): the text is no such range.
Result<VersionRange> parse_range(std::string_view text);

std::string to_string(const VersionRange& range);

}  // namespace muster::extensions
