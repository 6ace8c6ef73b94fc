#pragma once
// What somebody may do who asks the administrators' API. Each role has a socket of its own, whose
// group the kernel compares: nobody's word counts. A higher role may do what the lower ones may.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/layout.h"

namespace muster::head {

enum class Role {
  /// Looks.
  viewer,
  /// Also handles nodes: adopts, restarts, switches off, takes in and out.
  operates,
  /// Does everything: programs as root on nodes, people, DHCP.
  admin,
};

/// A role, its socket below the directory of the daemon's sockets, and the group of those who have
/// it.
struct RoleDoor {
  Role role;
  std::string_view word;
  const char* socket;
  const char* group;
  /// Connections at once: who looks must not take the daemon's descriptors.
  unsigned connections;
};

/// Where the daemon's sockets are on a head.
inline constexpr const char* kSockets = layout::kDaemonRun;

/// The lowest role is the first.
inline constexpr std::array kRoleDoors = {
    RoleDoor{Role::viewer, "viewer", "viewer.sock", "muster-viewer", 512},
    RoleDoor{Role::operates, "operator", "operator.sock", "muster-operator", 512},
    RoleDoor{Role::admin, "admin", "api.sock", "muster", 4096},
};

constexpr const RoleDoor& door_of(Role role) { return kRoleDoors[static_cast<std::size_t>(role)]; }

/// By RoleDoor::word, which is os::ServerOptions::door of its socket; none: it is none's.
constexpr std::optional<Role> role_of(std::string_view word) {
  for (const RoleDoor& door : kRoleDoors) {
    if (door.word == word) return door.role;
  }
  return std::nullopt;
}

}  // namespace muster::head
