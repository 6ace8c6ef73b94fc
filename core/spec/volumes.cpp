#include "core/spec/volumes.h"

#include <algorithm>

namespace muster::spec {

std::vector<Volume> shared_volumes(const ClusterSpec& spec) {
  constexpr const char* kHome = "/home";
  std::vector<Volume> volumes = spec.volumes;
  const auto home = std::ranges::find(volumes, kHome, &Volume::mount);
  if (home == volumes.end()) {
    volumes.insert(volumes.begin(), {.name = "home", .mount = kHome});
  } else {
    std::rotate(volumes.begin(), home, home + 1);
  }
  return volumes;
}

std::vector<std::string> shared_mounts(const ClusterSpec& spec) {
  std::vector<std::string> mounts;
  for (const Volume& volume : shared_volumes(spec)) mounts.push_back(volume.mount);
  return mounts;
}

std::vector<Volume> volumes_of(const ClusterSpec& spec, const Profile& profile) {
  std::vector<Volume> volumes = shared_volumes(spec);
  std::erase_if(volumes, [&](const Volume& volume) {
    return !volume.profiles.empty() && !std::ranges::contains(volume.profiles, profile.name);
  });
  return volumes;
}

}  // namespace muster::spec
