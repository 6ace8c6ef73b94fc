#include "hpc/users.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/spec/rules.h"
#include "core/spec/system_accounts.h"
#include "core/spec/values.h"
#include "hpc/ssh_access.h"

namespace muster::hpc {
namespace {

/// Of an account that nobody logs in to.
constexpr const char* kNoShell = "/usr/sbin/nologin";

/// Errors: a name, a full name or a key that is none.
Status check_texts(const spec::User& user) {
  if (!spec::is_user_name(user.name)) {
    return fail(ErrorKind::invalid, "not a user name",
                std::format("use {}", spec::kUserName.type.allowed));
  }
  if (spec::is_system_account(user.name)) {
    return fail(ErrorKind::conflict, "the system uses this name", "take another name");
  }
  if (!spec::is_full_name(user.full_name)) {
    return fail(ErrorKind::invalid, "a full name has no ':' and no ','",
                "leave them out: --full-name 'Ada Lovelace'");
  }
  for (const std::string& key : user.ssh_keys) {
    if (!spec::is_ssh_key(key)) {
      return fail(ErrorKind::invalid, std::format("'{}' is no SSH public key", printable(key, 40)),
                  "give the line of a .pub file: ssh-ed25519 AAAA… you@desk");
    }
  }
  return {};
}

std::string cannot(std::string_view verb, std::string_view name) {
  return std::format("cannot {} user '{}'", verb, printable(name, 64));
}

Status check_names(const spec::User& wanted) {
  Status good = check_texts(wanted);
  return good ? good : wrap(cannot("add", wanted.name), std::move(good).error());
}

/// Keys without those that differ in their comments only.
std::vector<std::string> distinct(const std::vector<std::string>& keys) {
  std::vector<std::string> result;
  for (const std::string& key : keys) {
    const bool known = std::ranges::any_of(result, [&](const std::string& other) {
      return spec::ssh_key_identity(other) == spec::ssh_key_identity(key);
    });
    if (!known) result.push_back(key);
  }
  return result;
}

plan::EnsureUser account(const ClusterUser& user, std::string shell, Machine machine) {
  using Home = plan::EnsureUser::Home;
  return {.name = user.name,
          .uid = user.uid,
          .full_name = user.full_name,
          .home = home_of(user.name),
          .shell = std::move(shell),
          .make_home = machine == Machine::head ? Home::make : Home::mounted};
}

}  // namespace

std::string home_of(std::string_view user) { return std::format("/home/{}", user); }

/// Errors: nobody knows who has which account; this user's entry cannot be read.
Status UserTable::check_changeable(std::string_view name) const {
  if (!is_complete_) {
    return fail(ErrorKind::conflict, "entries of the stored users cannot be read",
                "'muster status' names them, and says what to do");
  }
  const bool is_damaged = std::ranges::any_of(damaged_, [&](const DamagedEntry& entry) {
    return entry.list == DamagedEntry::List::users && entry.name == name;
  });
  if (stand_ins_.contains(name) || is_damaged) {
    return fail(ErrorKind::conflict, "the stored entry of the user cannot be read",
                std::format("'muster user remove {0}' and 'muster user add {0}' make the entry "
                            "anew, with the same number and home",
                            printable(name, 64)));
  }
  return {};
}

Result<ClusterUser> UserTable::add(const spec::User& wanted) {
  TRY(check_names(wanted));
  if (Status good = check_changeable(wanted.name); !good) {
    return wrap(cannot("add", wanted.name), std::move(good).error());
  }
  if (users_.contains(wanted.name)) {
    return fail(ErrorKind::conflict, std::format("cannot add user '{}': there is one", wanted.name),
                "see the users: muster user list");
  }
  TRY_ASSIGN(const std::uint32_t uid, choose_uid(wanted));
  const ClusterUser user{.name = wanted.name,
                         .uid = uid,
                         .full_name = wanted.full_name,
                         .ssh_keys = distinct(wanted.ssh_keys)};
  retired_.erase(uid);
  users_.emplace(user.name, user);
  return user;
}

Result<std::uint32_t> UserTable::choose_uid(const spec::User& wanted) const {
  if (wanted.uid) {
    const auto holder = holder_of(*wanted.uid, wanted.name);
    if (holder) {
      return fail(
          ErrorKind::conflict,
          std::format("cannot add user '{}': number {} {}", wanted.name, *wanted.uid, *holder),
          "leave the number out to get a free one");
    }
    if (!spec::is_person_uid(*wanted.uid)) {
      return fail(ErrorKind::invalid,
                  std::format("cannot add user '{}': number {} is not for people", wanted.name,
                              *wanted.uid),
                  std::format("use {}", spec::kUid.type.allowed));
    }
    return *wanted.uid;
  }
  if (const auto last = last_uid_of(wanted.name)) return *last;
  std::set<std::uint32_t> given;
  for (const Users* const users : {&users_, &stand_ins_}) {
    for (const auto& [name, user] : *users) given.insert(user.uid);
  }
  for (const auto& [uid, name] : retired_) given.insert(uid);
  for (const DamagedEntry& entry : damaged_) {
    if (entry.uid) given.insert(*entry.uid);
    if (entry.uid || entry.list == DamagedEntry::List::users) continue;
    return fail(
        ErrorKind::conflict,
        std::format("{}: the number of a user who left cannot be read", cannot("add", wanted.name)),
        "give a number that no user ever had: --uid NUMBER");
  }
  std::uint32_t next = kFirstUid;
  while (given.contains(next) || !spec::is_person_uid(next)) ++next;
  return next;
}

/// Whose number it is or was, as the end of a sentence. A user who comes back by name may have the
/// old number, and with it the old files.
std::optional<std::string> UserTable::holder_of(std::uint32_t uid, std::string_view name) const {
  for (const Users* const users : {&users_, &stand_ins_}) {
    const auto user =
        std::ranges::find_if(*users, [&](const auto& entry) { return entry.second.uid == uid; });
    if (user != users->end()) return std::format("is that of user '{}'", user->first);
  }
  if (std::ranges::contains(damaged_, uid, &DamagedEntry::uid)) {
    return "is in a stored entry that cannot be read";
  }
  const auto retired = retired_.find(uid);
  if (retired == retired_.end() || retired->second == name) return std::nullopt;
  return std::format("was that of user '{}', whose files may be left", retired->second);
}

Result<ClusterUser> UserTable::change(const spec::User& wanted, NoKeys none) {
  TRY(check_names(wanted));
  if (Status good = check_changeable(wanted.name); !good) {
    return wrap(cannot("change", wanted.name), std::move(good).error());
  }
  const auto found = users_.find(wanted.name);
  if (found == users_.end()) {
    return fail(ErrorKind::absent,
                std::format("cannot change user '{}': there is no such user", wanted.name),
                "see the users: muster user list");
  }
  if (!wanted.ssh_keys.empty() || none == NoKeys::take_away) {
    found->second.ssh_keys = distinct(wanted.ssh_keys);
  }
  if (!wanted.full_name.empty()) found->second.full_name = wanted.full_name;
  return found->second;
}

Status UserTable::remove(std::string_view name) {
  if (!is_complete_) {
    Status why = check_changeable(name);
    return wrap(cannot("remove", name), std::move(why).error());
  }
  const auto user = find(name);
  if (!user) {
    return fail(ErrorKind::absent,
                std::format("cannot remove user '{}': there is none", printable(name, 64)),
                "see the users: muster user list");
  }
  retired_[user->uid] = user->name;
  users_.erase(user->name);
  stand_ins_.erase(user->name);
  std::erase_if(damaged_, [&](const DamagedEntry& entry) {
    const bool is_same = entry.name.empty() ? entry.uid == user->uid : entry.name == user->name;
    return entry.list == DamagedEntry::List::users && is_same;
  });
  return {};
}

std::optional<ClusterUser> UserTable::find(std::string_view name) const {
  for (const Users* const users : {&users_, &stand_ins_}) {
    const auto found = users->find(name);
    if (found != users->end()) return found->second;
  }
  return std::nullopt;
}

std::vector<ClusterUser> UserTable::users() const {
  Users all = users_;
  all.insert(stand_ins_.begin(), stand_ins_.end());
  std::vector<ClusterUser> result;
  for (const auto& [name, user] : all) result.push_back(user);
  return result;
}

bool UserTable::has_left(std::string_view name) const { return last_uid_of(name) && !find(name); }

std::optional<std::uint32_t> UserTable::last_uid_of(std::string_view name) const {
  std::optional<std::uint32_t> last;
  for (const auto& [uid, owner] : retired_) {
    if (owner == name) last = uid;
  }
  return last;
}

Result<UserTable> UserTable::of(std::span<const ClusterUser> users) {
  UserTable table;
  for (const ClusterUser& user : users) {
    TRY(check_names(
        spec::User{.name = user.name, .full_name = user.full_name, .ssh_keys = user.ssh_keys}));
    const auto holder = table.holder_of(user.uid, user.name);
    if (holder || !table.users_.emplace(user.name, user).second) {
      return fail(std::format("user '{}' is there twice, or number {}", user.name, user.uid));
    }
  }
  return table;
}

std::string render_authorized_keys(const ClusterUser& user) {
  std::string text;
  for (const std::string& key : user.ssh_keys) text += key + "\n";
  return text;
}

Result<UserTable> table_of(const plan::Plan& plan) {
  std::map<std::string, ClusterUser, std::less<>> users;
  bool has_accounts = false;
  for (const plan::Step& step : plan.steps) {
    if (const auto* const user = std::get_if<plan::EnsureUser>(&step)) {
      has_accounts = true;
      if (user->name == kCheckUser) continue;
      users[user->name] = {
          .name = user->name, .uid = user->uid, .full_name = user->full_name, .ssh_keys = {}};
    } else if (const auto* const file = std::get_if<plan::WriteFile>(&step)) {
      const auto owner = users.find(owner_of_keys(file->path));
      if (owner != users.end()) owner->second.ssh_keys = lines(file->content);
    }
  }
  if (!has_accounts) return UserTable::unknown();
  std::vector<ClusterUser> all;
  for (auto& [name, user] : users) all.push_back(std::move(user));
  return UserTable::of(all);
}

plan::Plan plan_users(const UserTable& table, Machine machine) {
  plan::Plan plan;
  plan.add(plan::MakeDirectory{.path = std::string(kKeyDirectory)});
  if (!table.is_complete()) return plan;
  plan.add(account({.name = std::string(kCheckUser), .uid = kCheckUid, .full_name = "job check"},
                   kNoShell, machine));
  for (const ClusterUser& user : table.users()) {
    plan.add(account(user, "/bin/bash", machine));
    plan.add(plan::WriteFile{.path = std::format("{}/{}", kKeyDirectory, user.name),
                             .content = render_authorized_keys(user)});
  }
  return plan;
}

plan::Owns owns_of_people() {
  return {.files_of_people = {std::string(kKeyDirectory)},
          .directories = {std::string(kKeyDirectory)},
          .accounts = {{.name = std::string(kCheckUser), .uid = kCheckUid, .shell = kNoShell}},
          .people = true};
}

}  // namespace muster::hpc
