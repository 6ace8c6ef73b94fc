#pragma once
// The files that have a machine's accounts, as text: passwd(5), shadow(5), group(5), gshadow(5),
// and the ranges of numbers that containers use, subuid(5) and subgid(5). Pure:
// core/apply/accounts.h reads and writes them.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/plan/step.h"

namespace muster::apply {

/// By the file's name ("passwd"): its text. A file that the machine does not have is missing.
using AccountFiles = std::map<std::string, std::string, std::less<>>;

/// The order in which the files are written. An account is there when passwd has it: a run that is
/// cut off before leaves no account, and the next run completes the other files.
inline constexpr std::array<std::string_view, 6> kAccountFiles = {"subuid",  "subgid", "group",
                                                                  "gshadow", "shadow", "passwd"};

/// What passwd(5) says of one user.
struct Account {
  std::uint32_t uid = 0;
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

/// The files with one more line for each user, and for a group of the same name and number where it
/// is missing. The account has no password (useradd(8) writes the same "!"). `day`: days since
/// 1970. The users are in no passwd yet, and check_account accepts them.
AccountFiles add_accounts(AccountFiles files, std::span<const plan::EnsureUser> users,
                          std::int64_t day);

}  // namespace muster::apply
