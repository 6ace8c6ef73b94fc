#pragma once
// The account steps of a plan on one system. All accounts that are missing are made in one go:
// useradd(8) reads and writes four files for each person, and a node makes a thousand at each boot.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/account_database.h"
#include "core/apply/account_files.h"
#include "core/apply/own_accounts.h"
#include "core/apply/subordinate_ids.h"
#include "core/plan/plan.h"

namespace muster::apply {

class Accounts {
 public:
  /// `target` must live longer.
  explicit Accounts(Target& target)
      : target_(target), database_(target.files(), target.settings()) {}

  /// The accounts that an earlier plan made on this machine, wholly or in part, and that this plan
  /// does not name with the same number. A plan without any account has no leavers, and nobody in
  /// `undecided` is one. Errors: the list of own accounts cannot be read.
  Result<std::vector<plan::RemoveUser>> find_leavers(
      const plan::Plan& plan, const std::set<std::string, std::less<>>& undecided);

  /// Makes the accounts of the plan that are missing, and notes them in the list of own accounts
  /// before. `ensure` tells what became of each person, and makes the home.
  void make_missing(const plan::Plan& plan);

  EffectResult ensure(const plan::EnsureGroup& step);
  EffectResult ensure(const plan::EnsureUser& step);
  /// Removes what a plan made: the account, its group when nobody else needs it, its ranges and
  /// memberships. Keeps home and files of the user.
  EffectResult remove(const plan::RemoveUser& step);

  /// As Target::forget_accounts, when one of the others changed the files.
  Status flush_caches() { return database_.take_changed() ? target_.forget_accounts() : Status(); }

 private:
  /// What the files say.
  struct Known {
    static Known of(const AccountFiles& files);
    /// Whether neither the name nor the number is another's.
    bool has_room_for(const plan::EnsureUser& user) const;

    std::map<std::string, Account, std::less<>> accounts;
    std::map<std::string, std::uint32_t, std::less<>> groups;
    /// Who has a number.
    std::map<std::uint32_t, std::string> users_by_number;
    std::map<std::uint32_t, std::string> groups_by_number;
    std::vector<SubordinateRange> user_ranges;
    std::vector<SubordinateRange> group_ranges;
  };

  /// Read when it is first needed, and again after something changed the files.
  Result<Known*> known();
  Result<OwnAccounts> own();
  Status write_own(const OwnAccounts& own) const;
  /// An account of the files, or of a directory service (nsswitch.conf(5)). Errors: also that a
  /// service fails, so that nobody knows.
  Result<std::optional<Account>> find_account(const std::string& name);
  Result<std::optional<std::uint32_t>> find_group(const std::string& name);
  /// Who has a number; empty for nobody.
  Result<std::string> user_of(std::uint32_t uid);
  Result<std::string> group_of(std::uint32_t gid);

  /// Why an account that is missing cannot be made.
  Status check_new(const plan::EnsureUser& user);
  Status check_ranges(const plan::EnsureUser& user);
  Result<std::vector<plan::EnsureUser>> find_missing(const plan::Plan& plan);
  /// Returns those whom it made.
  Result<std::vector<plan::EnsureUser>> add(const std::vector<plan::EnsureUser>& users);
  Status add_and_note(const std::vector<plan::EnsureUser>& users);
  /// Gives an account of the files the full name, the home and the shell of the step.
  Status correct(const plan::EnsureUser& step);
  EffectResult ensure_home(const plan::EnsureUser& step) const;

  std::string path_of(std::string_view name) const;

  Target& target_;
  AccountDatabase database_;
  std::optional<Known> known_;
  /// Those of the plan, by name.
  UserNumbers planned_;
  /// Those whom make_missing made.
  std::set<std::string, std::less<>> made_;
  /// Those whom it could not make.
  std::map<std::string, Error, std::less<>> refused_;
};

}  // namespace muster::apply
