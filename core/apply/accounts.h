#pragma once
// The account steps of a plan on this machine. All accounts that are missing are made in one go:
// useradd(8) reads and writes four files for each person, and a node makes a thousand at each boot.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/apply/account_files.h"
#include "core/apply/own_accounts.h"
#include "core/apply/programs.h"
#include "core/plan/plan.h"

namespace muster::apply {

class Accounts {
 public:
  /// `settings`: the directory of passwd and its siblings, "/etc".
  Accounts(Programs programs, std::filesystem::path settings)
      : programs_(programs), settings_(std::move(settings)) {}

  /// The accounts that an earlier plan made on this machine and this plan does not name. A plan
  /// without any account has no leavers. Errors: the list of own accounts cannot be read.
  Result<std::vector<plan::RemoveUser>> find_leavers(const plan::Plan& plan);

  /// Makes the accounts of the plan that are missing, and notes them in the list of own accounts
  /// before. `ensure` tells what became of each person, and makes the home.
  void make_missing(const plan::Plan& plan);

  EffectResult ensure(const plan::EnsureGroup& step);
  EffectResult ensure(const plan::EnsureUser& step);
  /// Keeps home and files of the user.
  EffectResult remove(const plan::RemoveUser& step);

 private:
  /// What passwd and group say.
  struct Known {
    std::map<std::string, Account, std::less<>> accounts;
    std::map<std::string, std::uint32_t, std::less<>> groups;
    /// Who has a number.
    std::map<std::uint32_t, std::string> users_by_number;
    std::map<std::uint32_t, std::string> groups_by_number;
  };

  /// Read when it is first needed, and again after something changed the files.
  Result<Known*> known();
  Result<OwnAccounts> own();
  Status write_own(const OwnAccounts& own) const;
  /// An account of the files, or of a directory service (nsswitch.conf(5)).
  Result<std::optional<Account>> find_account(const std::string& name);
  Result<std::optional<std::uint32_t>> find_group(const std::string& name);
  Result<AccountFiles> read_files() const;
  Status write_files(const AccountFiles& now, const AccountFiles& wanted) const;

  /// Why an account that is missing cannot be made.
  Status check_new(const plan::EnsureUser& user);
  Result<std::vector<plan::EnsureUser>> find_missing(const plan::Plan& plan);
  /// Returns those whom it made.
  Result<std::vector<plan::EnsureUser>> add(const std::vector<plan::EnsureUser>& users);
  Status add_and_note(const std::vector<plan::EnsureUser>& users);
  EffectResult ensure_home(const plan::EnsureUser& step) const;

  Programs programs_;
  std::filesystem::path settings_;
  std::optional<Known> known_;
  /// Those of the plan, by name.
  OwnAccounts planned_;
  /// Those whom make_missing made.
  std::set<std::string, std::less<>> made_;
  /// Those whom it could not make.
  std::map<std::string, Error, std::less<>> refused_;
};

}  // namespace muster::apply
