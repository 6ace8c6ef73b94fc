#include "head/state_places.h"

#include <algorithm>
#include <array>

#include "core/base/layout.h"
#include "head/facts.h"

namespace muster::head {
namespace {

using namespace std::string_view_literals;

// Made anew from these: what dnsmasq reads, the head's plan. Not the cluster's: the medium.
constexpr std::array kOfDaemon = {"state.db"sv, "state.db-wal"sv, "ca"sv, "tls"sv, "secrets"sv};
// Not which cards the networks are on: another machine has other cards.
constexpr std::array kOfRoot = {"id_ed25519"sv, "id_ed25519.pub"sv};
constexpr std::array kOfSettings = {"cluster.yaml"sv};
constexpr std::array kOfSsh = {"ssh_host_*"sv};

constexpr std::array kPlaces = {
    StatePlace{.directory = layout::kState,
               .state_disk = StateDisk::keeps,
               .purge = Purge::removes,
               .backup = kOfDaemon},
    // Slurm's jobs: of an earlier day they would be run again. The package slurmctld removes them.
    StatePlace{.directory = "/var/lib/slurm", .state_disk = StateDisk::keeps},
    // Copies of what is in /etc/ssh.
    StatePlace{.directory = kHostKeys, .state_disk = StateDisk::keeps, .purge = Purge::removes},
    StatePlace{.directory = kRoots,
               .state_disk = StateDisk::keeps,
               .purge = Purge::removes,
               .backup = kOfRoot},
    // Images that somebody added: as large as an ISO, and can be added again.
    StatePlace{
        .directory = layout::kImages, .state_disk = StateDisk::keeps, .purge = Purge::removes},
    // Extensions: their packages can be installed again.
    StatePlace{
        .directory = layout::kExtensions, .state_disk = StateDisk::keeps, .purge = Purge::removes},
    // What services of extensions keep: whoever runs a database makes copies of it by its own
    // means.
    StatePlace{.directory = layout::kExtensionData,
               .state_disk = StateDisk::keeps,
               .purge = Purge::removes},
    // What plans replaced on this system: another system has its own.
    StatePlace{.directory = layout::kApplied, .purge = Purge::removes},
    // A live head has it from its medium.
    StatePlace{.directory = "/etc/muster", .purge = Purge::removes, .backup = kOfSettings},
    StatePlace{.directory = "/etc/ssh", .backup = kOfSsh},
    // The leases of earlier versions.
    StatePlace{.directory = "/var/lib/muster-dnsmasq", .purge = Purge::removes}};

/// Whether a name in a directory, or what is in the directory of that name, is meant.
bool means(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    return name.starts_with(pattern) && !name.contains('/');
  }
  // A directory below one of the daemon's could be made a link to anywhere.
  const std::string_view rest = name.substr(std::min(pattern.size(), name.size()));
  return name == pattern ||
         (name.starts_with(pattern) && rest.starts_with('/') && !rest.substr(1).contains('/'));
}

/// Whether a path has no part that leads elsewhere, and names as Muster gives them.
bool is_plain(std::string_view path) {
  const bool is_printable = std::ranges::all_of(path, [](char c) { return c > ' ' && c <= '~'; });
  return is_printable && !path.contains("//") && !path.contains("/./") && !path.contains("/../") &&
         !path.ends_with("/..") && !path.ends_with("/.") && !path.ends_with('/');
}

}  // namespace

std::vector<std::string> find_unkept_places(std::string_view mountinfo) {
  std::vector<std::string> unkept;
  if (!is_kept(layout::kState, mountinfo)) return unkept;
  for (const StatePlace& place : kPlaces) {
    if (place.state_disk == StateDisk::keeps && !is_kept(place.directory, mountinfo)) {
      unkept.emplace_back(place.directory);
    }
  }
  return unkept;
}

std::filesystem::path below(const std::filesystem::path& root, std::string_view path) {
  return root / path.substr(path.find_first_not_of('/'));
}

std::span<const StatePlace> state_places() { return kPlaces; }

bool is_backed_up(std::string_view path) {
  return is_plain(path) && std::ranges::any_of(kPlaces, [&](const StatePlace& place) {
           if (!path.starts_with(place.directory)) return false;
           const std::string_view rest = path.substr(place.directory.size());
           return rest.starts_with('/') &&
                  std::ranges::any_of(place.backup, [&](std::string_view pattern) {
                    return means(pattern, rest.substr(1));
                  });
         });
}

}  // namespace muster::head
