#pragma once
// The list of the accounts that plans made on this machine, a file beside /etc/passwd that only
// root may write: "NAME NUMBER" a line, and "NAME NUMBER group-found" where the group was here
// before. An account that is not on the list is its owner's.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::apply {

/// The list's file, below the directory of the machine's settings ("/etc").
inline constexpr std::string_view kOwnAccounts = "muster/accounts";

/// An account that a plan made.
struct OwnAccount {
  std::uint32_t uid = 0;
  /// Whether its group was made with it, or was here before and stays when the account goes.
  enum class Group { made, found } group = Group::made;
  bool operator==(const OwnAccount&) const = default;
};
using OwnAccounts = std::map<std::string, OwnAccount, std::less<>>;

/// Numbers of users by their names.
using UserNumbers = std::map<std::string, std::uint32_t, std::less<>>;

/// Lines without a number, as an earlier version wrote them, have the number that `known` has for
/// the name, and are left out when it has none.
OwnAccounts parse_own_accounts(std::string_view text, const UserNumbers& known);

/// The list as it is written; none: a line of an earlier version has no number.
using ListedAccounts = std::map<std::string, std::optional<std::uint32_t>, std::less<>>;
ListedAccounts parse_listed_accounts(std::string_view text);

/// The list of this machine. `settings`: the directory of passwd. Empty when there is no such list.
Result<ListedAccounts> read_own_accounts(const std::filesystem::path& settings = "/etc");

std::string render_own_accounts(const OwnAccounts& accounts);

}  // namespace muster::apply
