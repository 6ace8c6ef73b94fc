#pragma once
// Names of accounts that belong to the system of head and nodes, and so to no person.

#include <cstdint>
#include <string_view>

namespace muster::spec {

/// Whether Debian's base system (base-passwd), a package on head or nodes, or Muster has a user or
/// group of this name. A user's own group would take a group's place.
bool is_system_account(std::string_view name);

/// The account under which `muster job check` runs when root asks for it. No login, no password.
inline constexpr std::string_view kCheckUser = "muster-check";
inline constexpr std::uint32_t kCheckUid = 9999;

}  // namespace muster::spec
