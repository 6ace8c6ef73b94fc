#pragma once
// Versions of extensions, by Semantic Versioning 2.0.0 (semver.org) without build data: three
// numbers, and a pre-release after '-' when wanted.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::extensions {

struct Version {
  /// Major, minor, patch.
  std::array<std::uint64_t, 3> numbers{};
  /// The parts of the pre-release, as written; none: it is a release.
  std::vector<std::string> pre_release = {};

  /// By precedence (semver.org, item 11): a pre-release comes before its release.
  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version&) const = default;
};

/// Errors (invalid): the text is no such version.
Result<Version> parse_version(std::string_view text);

std::string to_string(const Version& version);

}  // namespace muster::extensions
