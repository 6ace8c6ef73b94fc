#include "hpc/users.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/spec/rules.h"
#include "core/spec/system_accounts.h"
#include "core/spec/values.h"
#include "hpc/ssh_access.h"

namespace muster::hpc {
namespace {

Error bad_name(std::string_view name, std::string reason) {
  return {.message = std::format("cannot add user '{}': {}", printable(name, 64), reason),
          .hint = std::format("use {}", spec::kUserName.type.allowed),
          .kind = ErrorKind::invalid};
}

Status check_names(const spec::User& wanted) {
  if (!spec::is_user_name(wanted.name)) {
    return std::unexpected(bad_name(wanted.name, "not a user name"));
  }
  if (spec::is_system_account(wanted.name)) {
    return fail(ErrorKind::conflict,
                std::format("cannot add user '{}': the system uses this name", wanted.name),
                "take another name");
  }
  if (!spec::is_full_name(wanted.full_name)) {
    return fail(ErrorKind::invalid,
                std::format("cannot add user '{}': a full name has no ':' and no ','", wanted.name),
                "leave them out: --full-name 'Ada Lovelace'");
  }
  for (const std::string& key : wanted.ssh_keys) {
    if (!spec::is_ssh_key(key)) {
      return fail(ErrorKind::invalid,
                  std::format("cannot add user '{}': '{}' is no SSH public key", wanted.name,
                              printable(key, 40)),
                  "give the line of a .pub file: ssh-ed25519 AAAA… you@desk");
    }
  }
  return {};
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

Status check_names(const ClusterUser& user) {
  return check_names(
      spec::User{.name = user.name, .full_name = user.full_name, .ssh_keys = user.ssh_keys});
}

Result<ClusterUser> parse_user(const nlohmann::json& value) {
  ClusterUser user{.name = value.at("name").get<std::string>(),
                   .uid = value.at("uid").get<std::uint32_t>(),
                   .full_name = value.at("full_name").get<std::string>(),
                   .ssh_keys = value.at("ssh_keys").get<std::vector<std::string>>()};
  TRY(check_names(user));
  return user;
}

/// "ada" of "/etc/muster/ssh-keys/ada"; empty of a path elsewhere.
std::string path_behind(std::string_view path, std::string_view directory) {
  const bool below = path.starts_with(directory) && path.substr(directory.size()).starts_with('/');
  return std::string(below ? path.substr(directory.size() + 1) : "");
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

Result<ClusterUser> UserTable::add(const spec::User& wanted) {
  TRY(check_names(wanted));
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
  for (const auto& [name, user] : users_) given.insert(user.uid);
  for (const auto& [uid, name] : retired_) given.insert(uid);
  std::uint32_t next = kFirstUid;
  while (given.contains(next) || !spec::is_person_uid(next)) ++next;
  return next;
}

/// Whose number it is or was, as the end of a sentence. A user who comes back by name may have the
/// old number, and with it the old files.
std::optional<std::string> UserTable::holder_of(std::uint32_t uid, std::string_view name) const {
  const auto user =
      std::ranges::find_if(users_, [&](const auto& entry) { return entry.second.uid == uid; });
  if (user != users_.end()) return std::format("is that of user '{}'", user->first);
  const auto retired = retired_.find(uid);
  if (retired == retired_.end() || retired->second == name) return std::nullopt;
  return std::format("was that of user '{}', whose files may be left", retired->second);
}

Result<ClusterUser> UserTable::change(const spec::User& wanted, NoKeys none) {
  TRY(check_names(wanted));
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
  const auto found = users_.find(name);
  if (found == users_.end()) {
    return fail(ErrorKind::absent,
                std::format("cannot remove user '{}': there is none", printable(name, 64)),
                "see the users: muster user list");
  }
  retired_[found->second.uid] = found->second.name;
  users_.erase(found);
  return {};
}

std::optional<ClusterUser> UserTable::find(std::string_view name) const {
  const auto found = users_.find(name);
  if (found == users_.end()) return std::nullopt;
  return found->second;
}

std::vector<ClusterUser> UserTable::users() const {
  std::vector<ClusterUser> result;
  for (const auto& [name, user] : users_) result.push_back(user);
  return result;
}

bool UserTable::has_left(std::string_view name) const {
  return last_uid_of(name) && !users_.contains(name);
}

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
    TRY(check_names(user));
    const auto holder = table.holder_of(user.uid, user.name);
    if (holder || !table.users_.emplace(user.name, user).second) {
      return fail(std::format("user '{}' is there twice, or number {}", user.name, user.uid));
    }
  }
  return table;
}

std::string UserTable::to_json() const {
  nlohmann::json document = {
      {"schema", 1}, {"users", nlohmann::json::array()}, {"retired", nlohmann::json::array()}};
  for (const auto& [name, user] : users_) {
    document["users"].push_back({{"name", user.name},
                                 {"uid", user.uid},
                                 {"full_name", user.full_name},
                                 {"ssh_keys", user.ssh_keys}});
  }
  for (const auto& [uid, name] : retired_) {
    document["retired"].push_back({{"uid", uid}, {"name", name}});
  }
  return document.dump();
}

Result<UserTable> UserTable::parse(std::string_view json) {
  try {
    const auto document = nlohmann::json::parse(json);
    if (document.at("schema").get<int>() != 1) {
      return fail("cannot read the users: written by another version of Muster");
    }
    UserTable table;
    for (const auto& value : document.at("users")) {
      TRY_ASSIGN(const ClusterUser user, parse_user(value));
      table.users_.emplace(user.name, user);
    }
    for (const auto& value : document.at("retired")) {
      table.retired_.emplace(value.at("uid").get<std::uint32_t>(),
                             value.at("name").get<std::string>());
    }
    return table;
  } catch (const nlohmann::json::exception& error) {
    return fail(std::format("cannot read the users: {}", printable(error.what())));
  }
}

std::string render_authorized_keys(const ClusterUser& user) {
  std::string text;
  for (const std::string& key : user.ssh_keys) text += key + "\n";
  return text;
}

Result<UserTable> table_of(const plan::Plan& plan) {
  std::map<std::string, ClusterUser, std::less<>> users;
  for (const plan::Step& step : plan.steps) {
    if (const auto* const user = std::get_if<plan::EnsureUser>(&step)) {
      if (user->name == kCheckUser) continue;
      users[user->name] = {
          .name = user->name, .uid = user->uid, .full_name = user->full_name, .ssh_keys = {}};
    } else if (const auto* const file = std::get_if<plan::WriteFile>(&step)) {
      const auto owner = users.find(path_behind(file->path, kKeyDirectory));
      if (owner != users.end()) owner->second.ssh_keys = lines(file->content);
    }
  }
  std::vector<ClusterUser> all;
  for (auto& [name, user] : users) all.push_back(std::move(user));
  return UserTable::of(all);
}

plan::Plan plan_users(const UserTable& table, Machine machine) {
  plan::Plan plan;
  plan.add(plan::MakeDirectory{.path = std::string(kKeyDirectory)});
  plan.add(account({.name = std::string(kCheckUser), .uid = kCheckUid, .full_name = "job check"},
                   "/usr/sbin/nologin", machine));
  for (const ClusterUser& user : table.users()) {
    plan.add(account(user, "/bin/bash", machine));
    plan.add(plan::WriteFile{.path = std::format("{}/{}", kKeyDirectory, user.name),
                             .content = render_authorized_keys(user)});
  }
  return plan;
}

}  // namespace muster::hpc
