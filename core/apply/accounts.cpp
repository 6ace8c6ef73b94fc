#include "core/apply/accounts.h"

#include <algorithm>
#include <format>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/file_lock.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

using plan::EnsureUser;
using plan::RemoveUser;

constexpr std::int64_t kDayMs = 86'400'000;

Error taken(const EnsureUser& user, std::string_view kind, std::string_view holder) {
  return {.message = std::format("number {} is that of {} '{}' here", user.uid, kind, holder),
          .hint = "give the cluster's user another number"};
}

/// Who has a number in a directory service; empty for nobody.
std::string user_of(std::uint32_t uid) {
  const passwd* const entry = getpwuid(uid);
  return entry == nullptr ? "" : entry->pw_name;
}
std::string group_of(std::uint32_t gid) {
  const ::group* const entry = getgrgid(gid);
  return entry == nullptr ? "" : entry->gr_name;
}

/// Owner and mode of a file that is there.
Result<os::FileMode> mode_of(const std::filesystem::path& path) {
  struct stat now{};
  if (stat(path.c_str(), &now) != 0) return fail(std::format("cannot read '{}'", path.string()));
  return os::FileMode{.mode = now.st_mode & 07777U,
                      .uid = static_cast<int>(now.st_uid),
                      .gid = static_cast<int>(now.st_gid)};
}

}  // namespace

Result<Accounts::Known*> Accounts::known() {
  if (known_) return &*known_;
  TRY_ASSIGN(const std::string passwd, os::read_file(settings_ / "passwd"));
  TRY_ASSIGN(const std::string group, os::read_file(settings_ / "group"));
  Known known{.accounts = parse_passwd(passwd), .groups = parse_group(group)};
  for (const auto& [name, account] : known.accounts) known.users_by_number[account.uid] = name;
  for (const auto& [name, gid] : known.groups) known.groups_by_number[gid] = name;
  known_ = std::move(known);
  return &*known_;
}

Result<OwnAccounts> Accounts::own() {
  const auto path = settings_ / kOwnAccounts;
  if (os::is_missing(path)) return OwnAccounts();
  TRY_ASSIGN(const std::string text, os::read_file(path));
  TRY_ASSIGN(const Known* const here, known());
  // A name without a number may be that of an account which its owner made since: only one that the
  // plan has with the same number is certain.
  OwnAccounts numbers;
  for (const auto& [name, uid] : planned_) {
    const auto account = here->accounts.find(name);
    if (account != here->accounts.end() && account->second.uid == uid) numbers[name] = uid;
  }
  return parse_own_accounts(text, numbers);
}

Status Accounts::write_own(const OwnAccounts& own) const {
  return os::write_file(settings_ / kOwnAccounts, render_own_accounts(own));
}

Result<std::optional<Account>> Accounts::find_account(const std::string& name) {
  TRY_ASSIGN(const Known* const here, known());
  const auto found = here->accounts.find(name);
  if (found != here->accounts.end()) return found->second;
  const passwd* const entry = getpwnam(name.c_str());
  if (entry == nullptr) return std::nullopt;
  return Account{.uid = entry->pw_uid,
                 .full_name = entry->pw_gecos,
                 .home = entry->pw_dir,
                 .shell = entry->pw_shell};
}

Result<std::optional<std::uint32_t>> Accounts::find_group(const std::string& name) {
  TRY_ASSIGN(const Known* const here, known());
  const auto found = here->groups.find(name);
  if (found != here->groups.end()) return found->second;
  const ::group* const entry = getgrnam(name.c_str());
  return entry == nullptr ? std::nullopt : std::optional(entry->gr_gid);
}

Result<std::vector<RemoveUser>> Accounts::find_leavers(const plan::Plan& plan) {
  std::set<std::string_view> named;
  bool has_accounts = false;
  for (const plan::Step& step : plan.steps) {
    if (const auto* const user = std::get_if<EnsureUser>(&step)) {
      named.insert(user->name);
      planned_[user->name] = user->uid;
    }
    if (const auto* const gone = std::get_if<RemoveUser>(&step)) named.insert(gone->name);
    has_accounts = has_accounts || std::holds_alternative<EnsureUser>(step);
  }
  if (!has_accounts) return std::vector<RemoveUser>();
  TRY_ASSIGN(const OwnAccounts own, this->own());
  std::vector<RemoveUser> leavers;
  for (const auto& [name, uid] : own) {
    if (!named.contains(name)) leavers.push_back({.name = name, .uid = uid});
  }
  return leavers;
}

Status Accounts::check_new(const EnsureUser& user) {
  TRY(check_account(user));
  TRY_ASSIGN(Known* const here, known());
  TRY_ASSIGN(const auto gid, find_group(user.name));
  if (gid && *gid != user.uid) {
    return fail(std::format("group '{}' already has number {} here", user.name, *gid),
                "give the cluster's user another name");
  }
  const auto group = here->groups_by_number.find(user.uid);
  const std::string groups =
      group != here->groups_by_number.end() ? group->second : group_of(user.uid);
  if (!groups.empty() && groups != user.name) return std::unexpected(taken(user, "group", groups));
  const auto holder = here->users_by_number.find(user.uid);
  const std::string users =
      holder != here->users_by_number.end() ? holder->second : user_of(user.uid);
  if (!users.empty()) return std::unexpected(taken(user, "user", users));
  // The next one of this plan cannot have the number either.
  here->users_by_number[user.uid] = user.name;
  return {};
}

Result<std::vector<EnsureUser>> Accounts::find_missing(const plan::Plan& plan) {
  std::vector<EnsureUser> missing;
  std::set<std::string_view> seen;
  for (const plan::Step& step : plan.steps) {
    const auto* const user = std::get_if<EnsureUser>(&step);
    if (user == nullptr || !seen.insert(user->name).second) continue;
    TRY_ASSIGN(const auto account, find_account(user->name));
    if (account) continue;
    if (Status fits = check_new(*user); fits) {
      missing.push_back(*user);
    } else {
      refused_.insert_or_assign(user->name, std::move(fits).error());
    }
  }
  return missing;
}

Result<AccountFiles> Accounts::read_files() const {
  AccountFiles files;
  for (const std::string_view name : kAccountFiles) {
    if (os::is_missing(settings_ / name)) continue;
    TRY_ASSIGN(files[std::string(name)], os::read_file(settings_ / name));
  }
  return files;
}

Status Accounts::write_files(const AccountFiles& now, const AccountFiles& wanted) const {
  for (const std::string_view name : kAccountFiles) {
    const auto file = wanted.find(name);
    if (file == wanted.end() || file->second == now.find(name)->second) continue;
    TRY_ASSIGN(const os::FileMode mode, mode_of(settings_ / name));
    TRY(os::write_file(settings_ / name, file->second, mode));
  }
  return {};
}

Result<std::vector<EnsureUser>> Accounts::add(const std::vector<EnsureUser>& users) {
  TRY_ASSIGN(const auto lock, os::try_lock_accounts(settings_));
  if (!lock) {
    return fail(ErrorKind::busy, "another program changes the accounts of this machine",
                "Muster tries again by itself");
  }
  // Somebody may have made an account of this name or number until the lock was taken.
  known_.reset();
  TRY_ASSIGN(const Known* const here, known());
  std::vector<EnsureUser> missing = users;
  std::erase_if(missing, [&](const EnsureUser& user) {
    return here->accounts.contains(user.name) || here->users_by_number.contains(user.uid);
  });
  TRY_ASSIGN(const AccountFiles now, read_files());
  TRY(write_files(now, add_accounts(now, missing, os::now_ms() / kDayMs)));
  return missing;
}

Status Accounts::add_and_note(const std::vector<EnsureUser>& users) {
  TRY_ASSIGN(OwnAccounts own, this->own());
  const OwnAccounts before = own;
  for (const EnsureUser& user : users) own[user.name] = user.uid;
  TRY(write_own(own));
  const auto made = add(users);
  if (made && made->size() == users.size()) return {};
  if (made) {
    own = before;
    for (const EnsureUser& user : *made) own[user.name] = user.uid;
    return write_own(own);
  }
  Status added = std::unexpected(made.error());
  // A name on the list is a promise that Muster made the account. A group is made before its user.
  for (const EnsureUser& user : users) {
    TRY_ASSIGN(const auto account, find_account(user.name));
    TRY_ASSIGN(const auto group, find_group(user.name));
    if (!account && !group) own.erase(user.name);
  }
  TRY(write_own(own));
  return added;
}

void Accounts::make_missing(const plan::Plan& plan) {
  const auto missing = find_missing(plan);
  // `ensure` meets the same error again.
  if (!missing || missing->empty()) return;
  const Status added = add_and_note(*missing);
  known_.reset();
  for (const EnsureUser& user : *missing) {
    if (added) {
      made_.insert(user.name);
    } else {
      refused_.insert_or_assign(user.name, added.error());
    }
  }
}

EffectResult Accounts::ensure(const plan::EnsureGroup& step) {
  TRY_ASSIGN(const auto gid, find_group(step.name));
  if (gid == step.gid) return Effect::unchanged;
  if (gid) {
    // Whose files would change hands is not ours to decide.
    return fail(std::format("group '{}' already has number {} here", step.name, *gid),
                "give the cluster's user another name");
  }
  TRY(programs_.run({"groupadd", "--gid", std::to_string(step.gid), step.name}));
  known_.reset();
  return Effect::changed;
}

EffectResult Accounts::ensure(const EnsureUser& step) {
  const auto refused = refused_.find(step.name);
  if (refused != refused_.end()) return std::unexpected(refused->second);
  TRY_ASSIGN(const auto now, find_account(step.name));
  if (!now) return fail(std::format("there is no account '{}'", step.name));
  if (now->uid != step.uid) {
    return fail(std::format("user '{}' already has number {} here", step.name, now->uid),
                std::format("remove that account, or give the cluster's user number {}", now->uid));
  }
  TRY(ensure(plan::EnsureGroup{.name = step.name, .gid = step.uid}));
  const Account wanted{
      .uid = step.uid, .full_name = step.full_name, .home = step.home, .shell = step.shell};
  const bool same = *now == wanted;
  if (!same) {
    TRY(programs_.run({"usermod", "--comment", step.full_name, "--home", step.home, "--shell",
                       step.shell, step.name}));
    known_.reset();
  }
  TRY_ASSIGN(const Effect home, ensure_home(step));
  return made_.contains(step.name) || !same ? Effect::changed : home;
}

EffectResult Accounts::ensure_home(const EnsureUser& step) const {
  std::error_code error;
  const bool there = std::filesystem::is_directory(step.home, error);
  if (step.make_home == EnsureUser::Home::mounted || there) return Effect::unchanged;
  TRY(programs_.run({"mkhomedir_helper", step.name, "0077"}));
  return Effect::changed;
}

EffectResult Accounts::remove(const RemoveUser& step) {
  TRY_ASSIGN(const Known* const here, known());
  const auto now = here->accounts.find(step.name);
  const bool there = now != here->accounts.end() && now->second.uid == step.uid;
  if (there) {
    // --force: a user who is still logged in loses the account all the same.
    TRY_ASSIGN(const os::CommandResult removed, programs_.ask({"userdel", "--force", step.name}));
    known_.reset();
    // userdel(8): 12 is "home not removed", and the home is kept on purpose.
    if (removed.status != 0 && removed.status != 12) {
      return fail(std::format("userdel '{}': {}", step.name, trim(removed.err)));
    }
  }
  TRY_ASSIGN(OwnAccounts own, this->own());
  const auto noted = own.find(step.name);
  if (noted != own.end() && noted->second == step.uid) {
    own.erase(noted);
    TRY(write_own(own));
  }
  return there ? Effect::changed : Effect::unchanged;
}

}  // namespace muster::apply
