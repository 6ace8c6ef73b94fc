#pragma once
// The only door to the users and groups of this machine, whoever lists them: passwd(5), group(5),
// systemd or a directory service (nsswitch.conf(5)). That a source fails does not mean that there
// is no such name.

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace muster::os {

/// A user as passwd(5) has one.
struct User {
  std::string name;
  std::uint32_t uid = 0;
  /// The primary group.
  std::uint32_t gid = 0;
  std::string full_name;
  std::string home;
  std::string shell;
  bool operator==(const User&) const = default;
};

/// A group as group(5) has one, without its members.
struct Group {
  std::string name;
  std::uint32_t gid = 0;
  bool operator==(const Group&) const = default;
};

/// The user of this name or number; none when the sources say that there is none (getpwnam_r(3)).
/// Errors: a source fails, and nobody knows. glibc tells of the last source alone: a directory
/// service that is down is not noticed where nsswitch.conf(5) names another source behind it, nor
/// where nscd(8) answers in its place.
/// Threads: any.
Result<std::optional<User>> find_user(const std::string& name);
Result<std::optional<User>> find_user(std::uint32_t uid);

/// The group of this name or number; the rest as for find_user (getgrnam_r(3)).
Result<std::optional<Group>> find_group(const std::string& name);
Result<std::optional<Group>> find_group(std::uint32_t gid);

}  // namespace muster::os
