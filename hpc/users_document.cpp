// The people of a cluster as the store keeps them. One entry that cannot be read is that entry's
// loss, and takes nobody's account.

#include <algorithm>
#include <format>
#include <utility>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/spec/rules.h"
#include "core/spec/system_accounts.h"
#include "hpc/users.h"

namespace muster::hpc {
namespace {

using json::Members;
using json::Problems;
using json::Value;

constexpr std::size_t kLongest = 65'536;
constexpr std::uint64_t kLastUid = UINT32_MAX;

/// What is readable of an entry, and of the keys those that are.
struct Entry {
  ClusterUser user;
  /// Why it is not read; none: it is whole.
  std::optional<std::string> reason = {};
};

std::vector<std::string> read_keys(const Value& list, Problems& problems) {
  std::vector<std::string> keys;
  for (const Value& key : list) {
    if (key.is_string() && spec::is_ssh_key(key.get_ref<const std::string&>())) {
      keys.push_back(key.get<std::string>());
    } else {
      problems.add("ssh_keys", "has an element that is no SSH public key");
    }
  }
  return keys;
}

Entry parse_entry(const Value& value) {
  if (!value.is_object()) return {.reason = "it is no JSON object"};
  Problems problems;
  Members members(value, problems);
  Entry entry{.user = {.name = members.text("name", kLongest),
                       .uid = static_cast<std::uint32_t>(members.number("uid", 0, kLastUid))}};
  ClusterUser& user = entry.user;
  const auto full_name = members.find_text("full_name", kLongest);
  if (!full_name) problems.add("full_name", "is missing or no text");
  user.full_name = full_name.value_or("");
  user.ssh_keys = read_keys(members.list("ssh_keys"), problems);
  members.refuse_unknown();
  if (!spec::is_user_name(user.name)) problems.add("name", "is no user name");
  if (spec::is_system_account(user.name)) problems.add("name", "is one that the system uses");
  if (!spec::is_person_uid(user.uid)) problems.add("uid", "is not for people");
  if (!spec::is_full_name(user.full_name)) problems.add("full_name", "has ':', ',' or a line end");
  if (const Status whole = problems.status(); !whole) entry.reason = whole.error().message;
  return entry;
}

/// The name and the number that an entry has, whatever else is wrong with it.
DamagedEntry damaged_entry(const Value& value, DamagedEntry::List list, std::string reason) {
  Problems ignored;
  Members members(value, ignored);
  const auto uid = members.find_number("uid", 0, kLastUid);
  return {.list = list,
          .text = value.dump(),
          .name = members.find_text("name", kLongest).value_or(""),
          .uid = uid ? std::optional(static_cast<std::uint32_t>(*uid)) : std::nullopt,
          .reason = std::move(reason)};
}

}  // namespace

constinit const json::DocumentKind kUsersDocument = {.name = "users"};

Status UserTable::read_user(const Value& value) {
  Entry entry = parse_entry(value);
  if (entry.reason) return fail(ErrorKind::invalid, *entry.reason);
  if (users_.contains(entry.user.name)) {
    return fail(ErrorKind::invalid, "there is another user of this name");
  }
  if (const auto holder = holder_of(entry.user.uid, entry.user.name)) {
    return fail(ErrorKind::invalid, std::format("number {} {}", entry.user.uid, *holder));
  }
  std::string name = entry.user.name;
  users_.emplace(std::move(name), std::move(entry.user));
  return {};
}

Status UserTable::read_retired(const Value& value) {
  Problems problems;
  Members members(value, problems);
  const auto uid = static_cast<std::uint32_t>(members.number("uid", 0, kLastUid));
  std::string name = members.text("name", kLongest);
  members.refuse_unknown();
  TRY(problems.status());
  if (!retired_.emplace(uid, std::move(name)).second) {
    return fail(ErrorKind::invalid, std::format("number {} is there twice", uid));
  }
  return {};
}

/// Whom the entry means is a user as far as the entry can be read. Without a name and a number that
/// are good, some account is not known.
void UserTable::keep_damaged(DamagedEntry entry) {
  const bool is_users = entry.list == DamagedEntry::List::users;
  const bool is_known = !is_users || users_.contains(entry.name);
  Entry readable = parse_entry(Value::parse(entry.text));
  ClusterUser& user = readable.user;
  const bool has_account = spec::is_user_name(user.name) && !spec::is_system_account(user.name) &&
                           entry.uid && spec::is_person_uid(user.uid) &&
                           !holder_of(user.uid, user.name);
  damaged_.push_back(std::move(entry));
  if (is_known) return;
  is_complete_ = is_complete_ && has_account;
  if (!has_account) return;
  if (!spec::is_full_name(user.full_name)) user.full_name.clear();
  std::string name = user.name;
  stand_ins_.emplace(std::move(name), std::move(user));
}

Result<UserTable> UserTable::parse(std::string_view text) {
  TRY_ASSIGN(const json::Document document, json::parse_document(kUsersDocument, text));
  Problems problems;
  Members members(document.value, problems);
  const Value& users = members.list("users");
  const Value& retired = members.list("retired");
  members.refuse_unknown();
  TRY(problems.status());
  UserTable table;
  std::vector<DamagedEntry> damaged;
  for (const Value& entry : retired) {
    if (const Status read = table.read_retired(entry); !read) {
      damaged.push_back(damaged_entry(entry, DamagedEntry::List::retired, read.error().message));
    }
  }
  for (const Value& entry : users) {
    if (const Status read = table.read_user(entry); !read) {
      damaged.push_back(damaged_entry(entry, DamagedEntry::List::users, read.error().message));
    }
  }
  // After all entries that are whole: those have the names and numbers.
  for (DamagedEntry& entry : damaged) table.keep_damaged(std::move(entry));
  return table;
}

std::string UserTable::to_json() const {
  Value users = Value::array();
  Value retired = Value::array();
  for (const auto& [name, user] : users_) {
    users.push_back({{"name", user.name},
                     {"uid", user.uid},
                     {"full_name", user.full_name},
                     {"ssh_keys", user.ssh_keys}});
  }
  for (const auto& [uid, name] : retired_) retired.push_back({{"uid", uid}, {"name", name}});
  for (const DamagedEntry& entry : damaged_) {
    (entry.list == DamagedEntry::List::users ? users : retired).push_back(Value::parse(entry.text));
  }
  return json::render_document(kUsersDocument, {{"users", users}, {"retired", retired}});
}

UserTable UserTable::unknown() {
  UserTable table;
  table.is_complete_ = false;
  return table;
}

void UserTable::stand_in(const UserTable& last) {
  for (const ClusterUser& user : last.users()) {
    const auto retired = retired_.find(user.uid);
    const bool has_left = retired != retired_.end() && retired->second == user.name;
    if (has_left || users_.contains(user.name)) continue;
    const bool is_taken = std::ranges::any_of(
        users_, [&](const auto& entry) { return entry.second.uid == user.uid; });
    if (!is_taken) stand_ins_.insert_or_assign(user.name, user);
  }
  is_complete_ = is_complete_ || last.is_complete();
}

}  // namespace muster::hpc
