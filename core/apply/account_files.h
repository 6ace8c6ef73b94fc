#pragma once
// The files that have a machine's accounts, as text: passwd(5), shadow(5), group(5), gshadow(5),
// and the ranges of numbers that containers use, subuid(5) and subgid(5). Pure:
// core/apply/account_database.h reads and writes them.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "core/apply/own_accounts.h"
#include "core/base/result.h"
#include "core/plan/step.h"

namespace muster::apply {

/// By the file's name ("passwd"): its text. A file that the machine does not have is missing.
using AccountFiles = std::map<std::string, std::string, std::less<>>;

/// A file's text; empty where the machine does not have the file.
std::string_view text_of(const AccountFiles& files, std::string_view name);

/// The order in which the files are written for a new account. An account is there when passwd has
/// it: a run that is cut off before leaves no account, and the next run completes the other files.
/// An account is removed in the opposite order.
inline constexpr std::array<std::string_view, 6> kAccountFiles = {"subuid",  "subgid", "group",
                                                                  "gshadow", "shadow", "passwd"};

/// The file with the rules for new accounts, which is read only: login.defs(5).
inline constexpr std::string_view kAccountRules = "login.defs";

/// What passwd(5) says of one user.
struct Account {
  std::uint32_t uid = 0;
  /// The primary group.
  std::uint32_t gid = 0;
  std::string full_name;
  std::string home;
  std::string shell;
  bool operator==(const Account&) const = default;
};

/// Lines that are no account, such as "+::::::" of NIS, are left out.
std::map<std::string, Account, std::less<>> parse_passwd(std::string_view text);

/// The groups' numbers by their names.
std::map<std::string, std::uint32_t, std::less<>> parse_group(std::string_view text);

/// Errors: a name, a number or a field that cannot stand in these files, such as one with a ':' or
/// with a line end.
Status check_account(const plan::EnsureUser& user);

/// Whom add_accounts adds, and when.
struct NewAccounts {
  /// They are in no passwd yet, and check_account accepts them.
  std::span<const plan::EnsureUser> users;
  /// Numbers of people who have their accounts elsewhere: no range for containers has them.
  std::set<std::uint32_t> reserved = {};
  /// Units: days since 1970.
  std::int64_t day = 0;
};

/// The files with one more line for each user, and for a group of the same name and number where it
/// is missing. The account has no password (useradd(8) writes the same "!"). It gets a range of
/// numbers for containers as login.defs(5) says, where there is room.
AccountFiles add_accounts(AccountFiles files, const NewAccounts& added);

/// The files with this group, whose name and number no other has.
AccountFiles add_group(AccountFiles files, const plan::EnsureGroup& added);

/// The files with full name, home and shell of a user who is in passwd as `user` has them.
AccountFiles change_account(AccountFiles files, const plan::EnsureUser& user);

/// Whom remove_account removes.
struct OldAccount {
  std::string_view name;
  std::uint32_t uid = 0;
  OwnAccount::Group group = OwnAccount::Group::made;
};

/// The files without the account, its ranges, its memberships and its group. A group that was found
/// here, that is somebody else's primary group, or that has other members stays. Where passwd does
/// not have the account, the lines go that a run which was cut off left. An account of this name
/// with another number is somebody else's, and nothing changes.
AccountFiles remove_account(AccountFiles files, const OldAccount& removed);

/// Which files have a line of this name.
std::set<std::string_view> find_lines_of(const AccountFiles& files, std::string_view name);

}  // namespace muster::apply
