// The rules between fields that are about storage.

#include <algorithm>
#include <array>
#include <format>

#include "core/spec/validate_parts.h"

namespace muster::spec {
namespace {

/// `path` is `parent` or lies below it.
bool is_within(std::string_view path, std::string_view parent) {
  return path.starts_with(parent) && (path.size() == parent.size() || path[parent.size()] == '/');
}

constexpr std::array<std::string_view, 18> kSystemFolders = {
    "/bin",    "/boot", "/dev",  "/efi", "/etc",  "/initrd.img", "/lib", "/lib32", "/lib64",
    "/libx32", "/proc", "/root", "/run", "/sbin", "/sys",        "/tmp", "/var",   "/vmlinuz"};

void check_mount(const Volume& volume, const std::string& path, Findings& findings) {
  const bool system = std::ranges::any_of(
      kSystemFolders, [&](std::string_view folder) { return is_within(volume.mount, folder); });
  const bool programs = volume.mount == "/usr" ||
                        (is_within(volume.mount, "/usr") && !is_within(volume.mount, "/usr/local"));
  if (!system && !programs) return;
  findings.push_back({{path},
                      std::format("{}: '{}' belongs to the system", path, volume.mount),
                      "mount elsewhere, such as '/home', '/scratch' or '/srv/data'"});
}

/// Head and nodes share /home, written or not.
void check_home(const Volume& volume, const std::string& path, Findings& findings) {
  if (volume.name == "home" && !volume.mount.empty() && volume.mount != "/home") {
    findings.push_back(
        {{path + ".mount"},
         std::format("{}.mount: the volume 'home' is /home, not '{}'", path, volume.mount),
         "give this volume another name"});
  }
  if (volume.mount != "/home" && is_within(volume.mount, "/home")) {
    findings.push_back({{path + ".mount"},
                        std::format("{}.mount: '{}' lies inside /home, which is shared already",
                                    path, volume.mount),
                        "mount volumes beside each other"});
  }
}

/// A profile that a volume names is one of this file, and is named once.
void check_mounting(const ClusterSpec& spec, std::size_t i, Findings& findings) {
  const Volume& volume = spec.volumes[i];
  const std::string path = std::format("volumes[{}].profiles", i);
  check_distinct(volume.profiles, path, "", kItself, findings);
  if (volume.mount == "/home" && !volume.profiles.empty()) {
    findings.push_back(
        {{path}, std::format("{}: every node has /home", path), "leave out the key"});
    return;
  }
  std::vector<std::string> known;
  std::vector<std::string> read = {""};
  for (const Profile& profile : spec.profiles) {
    read.push_back(std::format("profiles[{}].name", known.size()));
    known.push_back(profile.name);
  }
  for (std::size_t k = 0; k < volume.profiles.size(); ++k) {
    read.front() = std::format("{}[{}]", path, k);
    check_known(read, "profile", volume.profiles[k], known, findings);
  }
}

/// Volumes lie beside each other; /home has a rule of its own. One word for each is enough.
void check_inside(const std::vector<Volume>& volumes, std::size_t i, Findings& findings) {
  const std::string path = std::format("volumes[{}].mount", i);
  for (std::size_t j = 0; j < volumes.size(); ++j) {
    const std::string& other = volumes[j].mount;
    const bool inside = !other.empty() && other != "/home" && volumes[i].mount != other &&
                        is_within(volumes[i].mount, other);
    if (!inside) continue;
    findings.push_back({{path, std::format("volumes[{}].mount", j)},
                        std::format("{}: '{}' lies inside volume '{}' ({})", path, volumes[i].mount,
                                    volumes[j].name, other),
                        "mount volumes beside each other"});
    return;
  }
}

}  // namespace

void check_volumes(const ClusterSpec& spec, Findings& findings) {
  const auto& volumes = spec.volumes;
  check_distinct(volumes, "volumes", ".name", kByName, findings);
  check_distinct(volumes, "volumes", ".mount", [](const Volume& v) { return v.mount; }, findings);
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const std::string path = std::format("volumes[{}].mount", i);
    check_mount(volumes[i], path, findings);
    check_home(volumes[i], std::format("volumes[{}]", i), findings);
    check_inside(volumes, i, findings);
    check_mounting(spec, i, findings);
  }
}

}  // namespace muster::spec
