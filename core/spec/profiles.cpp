#include "core/spec/profiles.h"

#include <algorithm>

namespace muster::spec {

const Profile& profile_of(const ClusterSpec& spec, std::string_view name) {
  const auto known = std::ranges::find(spec.profiles, name, &Profile::name);
  return known == spec.profiles.end() ? spec.profiles.front() : *known;
}

}  // namespace muster::spec
