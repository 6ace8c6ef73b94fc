#include "core/apply/accounts.h"

#include <algorithm>
#include <format>
#include <iterator>

#include "core/base/text.h"
#include "core/os/clock.h"

namespace muster::apply {
namespace {

using plan::EnsureUser;
using plan::RemoveUser;

constexpr std::int64_t kDayMs = 86'400'000;

Error taken(const EnsureUser& user, std::string_view kind, std::string_view holder) {
  return {.message = std::format("number {} is that of {} '{}' here", user.uid, kind, holder),
          .hint = "give the cluster's user another number"};
}

/// Errors: the group's name has another number, `gid`, or its number is that of `holder`; none and
/// empty: nobody's.
Status check_group(const plan::EnsureGroup& group, std::optional<std::uint32_t> gid,
                   std::string_view holder) {
  if (gid && *gid != group.gid) {
    // Whose files would change hands is not ours to decide.
    return fail(std::format("group '{}' already has number {} here", group.name, *gid),
                "give the cluster's user another name");
  }
  if (holder.empty() || holder == group.name) return {};
  return fail(std::format("number {} is that of group '{}' here", group.gid, holder),
              "give the cluster's group another number");
}

/// The value of a key; none: there is no such key.
template <typename Map, typename Key>
auto find_value(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string Accounts::path_of(std::string_view name) const {
  return std::format("{}/{}", target_.settings(), name);
}

Accounts::Known Accounts::Known::of(const AccountFiles& files) {
  Known known{.accounts = parse_passwd(text_of(files, "passwd")),
              .groups = parse_group(text_of(files, "group"))};
  for (const auto& [name, account] : known.accounts) known.users_by_number[account.uid] = name;
  for (const auto& [name, gid] : known.groups) known.groups_by_number[gid] = name;
  known.user_ranges = parse_subordinate_ranges(text_of(files, "subuid"));
  known.group_ranges = parse_subordinate_ranges(text_of(files, "subgid"));
  return known;
}

bool Accounts::Known::has_room_for(const EnsureUser& user) const {
  const auto group = groups.find(user.name);
  const auto holder = groups_by_number.find(user.uid);
  return !accounts.contains(user.name) && !users_by_number.contains(user.uid) &&
         (group == groups.end() || group->second == user.uid) &&
         (holder == groups_by_number.end() || holder->second == user.name);
}

Result<Accounts::Known*> Accounts::known() {
  if (known_) return &*known_;
  TRY_ASSIGN(const AccountFiles files, database_.read());
  // A machine without these has lost them.
  for (const std::string_view name : {"passwd", "group"}) {
    if (!files.contains(name)) TRY(target_.files().read(path_of(name), Links::follow));
  }
  known_ = Known::of(files);
  return &*known_;
}

Result<OwnAccounts> Accounts::own() {
  const std::string path = path_of(kOwnAccounts);
  TRY_ASSIGN(const PathState state, target_.files().look(path, Links::follow));
  if (state.kind == PathState::Kind::absent) return OwnAccounts();
  TRY_ASSIGN(const std::string text, target_.files().read(path, Links::follow));
  TRY_ASSIGN(const Known* const here, known());
  // A name without a number may be that of an account which its owner made since: only one that the
  // plan has with the same number is certain.
  UserNumbers numbers;
  for (const auto& [name, uid] : planned_) {
    const auto account = here->accounts.find(name);
    if (account != here->accounts.end() && account->second.uid == uid) numbers[name] = uid;
  }
  return parse_own_accounts(text, numbers);
}

Status Accounts::write_own(const OwnAccounts& own) const {
  return target_.files().write(path_of(kOwnAccounts), render_own_accounts(own), {});
}

Result<std::optional<Account>> Accounts::find_account(const std::string& name) {
  TRY_ASSIGN(const Known* const here, known());
  const auto found = here->accounts.find(name);
  if (found != here->accounts.end()) return found->second;
  TRY_ASSIGN(const auto listed, target_.names().find_user(name));
  if (!listed) return std::nullopt;
  return Account{.uid = listed->uid,
                 .gid = listed->gid,
                 .full_name = listed->full_name,
                 .home = listed->home,
                 .shell = listed->shell};
}

Result<std::optional<std::uint32_t>> Accounts::find_group(const std::string& name) {
  TRY_ASSIGN(const Known* const here, known());
  const auto found = here->groups.find(name);
  if (found != here->groups.end()) return found->second;
  TRY_ASSIGN(const auto listed, target_.names().find_group(name));
  return listed ? std::optional(listed->gid) : std::nullopt;
}

Result<std::string> Accounts::user_of(std::uint32_t uid) {
  TRY_ASSIGN(const Known* const here, known());
  const auto found = here->users_by_number.find(uid);
  if (found != here->users_by_number.end()) return found->second;
  TRY_ASSIGN(const auto listed, target_.names().find_user(uid));
  return listed ? listed->name : "";
}

Result<std::string> Accounts::group_of(std::uint32_t gid) {
  TRY_ASSIGN(const Known* const here, known());
  const auto found = here->groups_by_number.find(gid);
  if (found != here->groups_by_number.end()) return found->second;
  TRY_ASSIGN(const auto listed, target_.names().find_group(gid));
  return listed ? listed->name : "";
}

Result<std::vector<RemoveUser>> Accounts::find_leavers(
    const plan::Plan& plan, const std::set<std::string, std::less<>>& undecided) {
  std::set<std::string_view> removed;
  for (const plan::Step& step : plan.steps) {
    if (const auto* const user = std::get_if<EnsureUser>(&step)) planned_[user->name] = user->uid;
    if (const auto* const gone = std::get_if<RemoveUser>(&step)) removed.insert(gone->name);
  }
  if (planned_.empty()) return std::vector<RemoveUser>();
  TRY_ASSIGN(const OwnAccounts own, this->own());
  std::vector<RemoveUser> leavers;
  for (const auto& [name, account] : own) {
    const auto planned = planned_.find(name);
    const bool stays = planned != planned_.end() && planned->second == account.uid;
    if (stays || removed.contains(name) || undecided.contains(name)) continue;
    leavers.push_back({.name = name, .uid = account.uid});
  }
  return leavers;
}

Status Accounts::check_new(const EnsureUser& user) {
  TRY(check_account(user));
  TRY_ASSIGN(Known* const here, known());
  TRY_ASSIGN(const auto gid, find_group(user.name));
  TRY(check_group({.name = user.name, .gid = user.uid}, gid, {}));
  TRY_ASSIGN(const std::string group, group_of(user.uid));
  if (!group.empty() && group != user.name) return std::unexpected(taken(user, "group", group));
  TRY_ASSIGN(const std::string holder, user_of(user.uid));
  if (!holder.empty()) return std::unexpected(taken(user, "user", holder));
  TRY(check_ranges(user));
  // The next one of this plan cannot have the number either.
  here->users_by_number[user.uid] = user.name;
  return {};
}

Status Accounts::check_ranges(const EnsureUser& user) {
  TRY_ASSIGN(const Known* const here, known());
  const auto check = [&](const std::vector<SubordinateRange>& ranges, std::string_view file) {
    const auto owner = find_range_owner(ranges, user.uid);
    if (!owner) return Status();
    const std::string path = path_of(file);
    return Status(fail(std::format("number {} is in a range of '{}' in '{}', who could act as '{}'",
                                   user.uid, *owner, path, user.name),
                       "give the cluster's user another number, or take the range out of that "
                       "file; a node that starts again gives other ranges"));
  };
  TRY(check(here->user_ranges, "subuid"));
  return check(here->group_ranges, "subgid");
}

Result<std::vector<EnsureUser>> Accounts::find_missing(const plan::Plan& plan) {
  std::vector<EnsureUser> missing;
  std::set<std::string_view> seen;
  for (const plan::Step& step : plan.steps) {
    const auto* const user = std::get_if<EnsureUser>(&step);
    if (user == nullptr || !seen.insert(user->name).second) continue;
    const auto account = find_account(user->name);
    if (account && *account) continue;
    const Status fits = account ? check_new(*user) : std::unexpected(account.error());
    if (fits) {
      missing.push_back(*user);
    } else {
      refused_.insert_or_assign(user->name, fits.error());
    }
  }
  return missing;
}

Result<std::vector<EnsureUser>> Accounts::add(const std::vector<EnsureUser>& users) {
  std::vector<EnsureUser> made;
  const auto change = [&](const AccountFiles& now) {
    // Somebody may have made an account of this name or number until the lock was taken.
    const Known here = Known::of(now);
    std::ranges::copy_if(users, std::back_inserter(made),
                         [&](const EnsureUser& user) { return here.has_room_for(user); });
    NewAccounts added{.users = made, .day = os::now_ms() / kDayMs};
    for (const auto& [name, uid] : planned_) added.reserved.insert(uid);
    return add_accounts(now, added);
  };
  TRY(database_.change(change, AccountDatabase::Order::accounts_last));
  return made;
}

Status Accounts::add_and_note(const std::vector<EnsureUser>& users) {
  TRY_ASSIGN(const OwnAccounts before, this->own());
  TRY_ASSIGN(const AccountFiles files, database_.read());
  TRY_ASSIGN(const Known* const here, known());
  OwnAccounts own = before;
  for (const EnsureUser& user : users) {
    // One that was cut off is completed, and its group is still whose it was.
    const auto noted = before.find(user.name);
    if (noted != before.end() && noted->second.uid == user.uid) continue;
    const bool is_found = here->groups.contains(user.name);
    own[user.name] = {.uid = user.uid,
                      .group = is_found ? OwnAccount::Group::found : OwnAccount::Group::made};
  }
  TRY(write_own(own));
  const auto made = add(users);
  if (made && made->size() == users.size()) return {};
  // A name on the list is a promise that Muster made the account, or a part of it.
  TRY_ASSIGN(const AccountFiles after, database_.read());
  for (const EnsureUser& user : users) {
    const bool is_made = made && std::ranges::contains(*made, user);
    const bool is_touched =
        !made && find_lines_of(files, user.name) != find_lines_of(after, user.name);
    if (is_made || is_touched) continue;
    own.erase(user.name);
    const auto noted = before.find(user.name);
    if (noted != before.end()) own.insert(*noted);
  }
  TRY(write_own(own));
  return made ? Status() : std::unexpected(made.error());
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
  TRY_ASSIGN(const std::string holder, group_of(step.gid));
  TRY(check_group(step, gid, holder));
  // Somebody may have made such a group until the lock was taken.
  Status fits;
  const auto change = [&](const AccountFiles& now) {
    const Known here = Known::of(now);
    fits = check_group(step, find_value(here.groups, step.name),
                       find_value(here.groups_by_number, step.gid).value_or(""));
    return fits ? add_group(now, step) : now;
  };
  TRY_ASSIGN(const Effect effect, database_.change(change, AccountDatabase::Order::accounts_last));
  TRY(std::move(fits));
  known_.reset();
  TRY(flush_caches());
  return effect;
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
  const Account wanted{.uid = step.uid,
                       .gid = now->gid,
                       .full_name = step.full_name,
                       .home = step.home,
                       .shell = step.shell};
  const bool same = *now == wanted;
  if (!same) {
    TRY(correct(step));
    known_.reset();
  }
  TRY_ASSIGN(const Effect home, ensure_home(step));
  return made_.contains(step.name) || !same ? Effect::changed : home;
}

Status Accounts::correct(const EnsureUser& step) {
  TRY(check_account(step));
  TRY_ASSIGN(const Known* const here, known());
  if (!here->accounts.contains(step.name)) {
    return fail(std::format("user '{}' is another than the cluster's, and not in '{}'", step.name,
                            path_of("passwd")),
                "change the user where this machine finds the account (nsswitch.conf)");
  }
  TRY(database_.change([&](const AccountFiles& files) { return change_account(files, step); },
                       AccountDatabase::Order::accounts_last));
  // Who makes the home asks for the account.
  return flush_caches();
}

EffectResult Accounts::ensure_home(const EnsureUser& step) const {
  if (step.make_home == EnsureUser::Home::mounted) return Effect::unchanged;
  TRY_ASSIGN(const PathState now, target_.files().look(step.home, Links::follow));
  if (now.kind == PathState::Kind::directory) return Effect::unchanged;
  TRY(target_.make_home(step));
  return Effect::changed;
}

EffectResult Accounts::remove(const RemoveUser& step) {
  TRY_ASSIGN(const Known* const here, known());
  TRY_ASSIGN(OwnAccounts own, this->own());
  const auto now = here->accounts.find(step.name);
  const bool is_there = now != here->accounts.end() && now->second.uid == step.uid;
  const auto noted = own.find(step.name);
  const bool is_own = noted != own.end() && noted->second.uid == step.uid;
  OldAccount removed{.name = step.name, .uid = step.uid};
  if (is_own) removed.group = noted->second.group;
  Effect effect = Effect::unchanged;
  if (is_there || is_own) {
    const auto change = [&](const AccountFiles& files) { return remove_account(files, removed); };
    TRY_ASSIGN(effect, database_.change(change, AccountDatabase::Order::accounts_first));
    known_.reset();
  }
  if (!is_own) return effect;
  own.erase(noted);
  TRY(write_own(own));
  return effect;
}

}  // namespace muster::apply
