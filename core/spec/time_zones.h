#pragma once
// The time zones that Debian 13 has (packages tzdata and tzdata-legacy): a name that is in neither
// is seen where it is written, and not at the end of a build.

#include <string>
#include <string_view>
#include <vector>

namespace muster::spec {

/// Whether one of the two packages has a zone of this name.
bool is_time_zone(std::string_view name);

/// Whether the zone is one of tzdata-legacy: such as US/Pacific, which is America/Los_Angeles
/// today. An image with such a zone needs that package.
bool is_legacy_time_zone(std::string_view name);

/// All names, those of tzdata first.
std::vector<std::string> time_zones();

/// What to write in place of a name that is none: "did you mean 'Europe/Berlin'?".
std::string suggest_time_zone(std::string_view name);

}  // namespace muster::spec
