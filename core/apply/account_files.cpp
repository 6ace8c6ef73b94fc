#include "core/apply/account_files.h"

#include <algorithm>
#include <format>
#include <limits>
#include <set>
#include <vector>

#include "core/apply/subordinate_ids.h"
#include "core/base/text.h"

namespace muster::apply {
namespace {

using plan::EnsureUser;

std::optional<std::uint32_t> parse_id(const std::string& text) {
  const auto number = parse_number(text);
  // The last number means "none" to chown(2) and others.
  if (!number || *number >= std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

bool is_name(std::string_view text) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kMore = "0123456789.-";
  return !text.empty() && kFirst.contains(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return kFirst.contains(c) || kMore.contains(c); });
}

bool is_field(std::string_view text) {
  return std::ranges::none_of(text,
                              [](unsigned char c) { return c == ':' || c < ' ' || c == 0x7F; });
}

/// The first field.
std::string_view name_of(std::string_view line) { return line.substr(0, line.find(':')); }

/// The names at the start of the lines.
std::set<std::string, std::less<>> names_in(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (const std::string& line : lines(text)) names.emplace(name_of(line));
  return names;
}

/// The text with `more` behind its last account: lines of NIS ("+::::::") stay at the end, as
/// useradd(8) leaves them. The last line of a file may lack its end.
std::string with_lines(std::string text, std::string_view more) {
  if (more.empty()) return text;
  if (!text.empty() && text.back() != '\n') text += '\n';
  std::size_t place = 0;
  while (place < text.size() && text[place] != '+' && text[place] != '-') {
    place = text.find('\n', place) + 1;
  }
  return text.insert(place, more);
}

/// Adds a line for each user of whom the file has none.
template <typename Render>
void add_lines(AccountFiles& files, std::string_view name, std::span<const EnsureUser> users,
               Render render) {
  const auto file = files.find(name);
  if (file == files.end()) return;
  const auto known = names_in(file->second);
  std::string more;
  for (const EnsureUser& user : users) {
    if (!known.contains(user.name)) more += render(user);
  }
  file->second = with_lines(std::move(file->second), more);
}

/// Of a group that has the name and the number of a user.
std::string group_line(const EnsureUser& user) {
  return std::format("{}:x:{}:\n", user.name, user.uid);
}

std::string gshadow_line(const EnsureUser& user) { return std::format("{}:!::\n", user.name); }

/// Replaces each line by what `change` makes of it; none: the line goes.
template <typename Change>
void change_lines(AccountFiles& files, std::string_view name, Change change) {
  const auto file = files.find(name);
  if (file == files.end()) return;
  std::string kept;
  bool same = true;
  for (std::string& line : lines(file->second)) {
    const std::optional<std::string> now = change(line);
    same = same && now == line;
    if (now) kept += *now + "\n";
  }
  if (!same) file->second = std::move(kept);
}

template <typename Drop>
void drop_lines(AccountFiles& files, std::string_view name, Drop is_dropped) {
  change_lines(files, name, [&](const std::string& line) {
    return is_dropped(line) ? std::nullopt : std::optional(line);
  });
}

/// Takes out what is left of users who have no account: nobody gets the password of a namesake.
void drop_passwords(AccountFiles& files, std::span<const EnsureUser> users) {
  std::set<std::string_view> dropped;
  for (const EnsureUser& user : users) dropped.insert(user.name);
  drop_lines(files, "shadow",
             [&](const std::string& line) { return dropped.contains(name_of(line)); });
}

/// The numbers in the field of this index, counted from 0.
std::set<std::uint32_t> numbers_in(std::string_view text, std::size_t field) {
  std::set<std::uint32_t> numbers;
  for (const std::string& line : lines(text)) {
    const auto fields = split(line, ':');
    const auto number = field < fields.size() ? parse_id(fields[field]) : std::nullopt;
    if (number) numbers.insert(*number);
  }
  return numbers;
}

/// The accounts' own numbers, of which no range may have one.
std::set<std::uint32_t> own_numbers(const AccountFiles& files, const NewAccounts& added,
                                    Subordinate kind) {
  std::set<std::uint32_t> own = added.reserved;
  for (const EnsureUser& user : added.users) own.insert(user.uid);
  // Field 3 of passwd is a primary group, which a directory service may list.
  own.merge(numbers_in(text_of(files, "passwd"), kind == Subordinate::uids ? 2 : 3));
  if (kind == Subordinate::gids) own.merge(numbers_in(text_of(files, "group"), 2));
  return own;
}

void add_ranges(AccountFiles& files, std::string_view name, const NewAccounts& added,
                Subordinate kind) {
  const std::string_view text = text_of(files, name);
  const SubordinateRules rules = parse_subordinate_rules(text_of(files, kAccountRules), kind);
  const auto known = names_in(text);
  std::vector<EnsureUser> without;
  for (const EnsureUser& user : added.users) {
    const bool person = user.uid >= rules.first_person && user.uid <= rules.last_person;
    // subuid(5): the owner is a name or a number.
    if (person && !known.contains(user.name) && !known.contains(std::to_string(user.uid))) {
      without.push_back(user);
    }
  }
  const auto free = find_free_ranges(parse_subordinate_ranges(text),
                                     own_numbers(files, added, kind), rules, without.size());
  without.resize(free.size());
  auto next = free.begin();
  add_lines(files, name, without, [&](const EnsureUser& user) {
    return std::format("{}:{}:{}\n", user.name, *next++, rules.count);
  });
}

/// "ada,bob" without "ada".
std::string without_member(const std::string& list, std::string_view name) {
  std::vector<std::string> members = split(list, ',');
  std::erase(members, name);
  return join(members, ",");
}

/// Takes a user out of the lists in the fields from this index on.
void drop_memberships(AccountFiles& files, std::string_view file, std::size_t first,
                      std::string_view name) {
  change_lines(files, file, [&](const std::string& line) {
    auto fields = split(line, ':');
    if (fields.size() != 4) return std::optional(line);
    for (std::size_t i = first; i < fields.size(); ++i) fields[i] = without_member(fields[i], name);
    return std::optional(join(fields, ":"));
  });
}

/// Whether the line is that of a user's own group, which has no other member.
bool is_own_group(const std::string& line, const OldAccount& removed) {
  const auto fields = split(line, ':');
  return fields.size() == 4 && fields[0] == removed.name && parse_id(fields[2]) == removed.uid &&
         without_member(fields[3], removed.name).empty();
}

void drop_group(AccountFiles& files, const OldAccount& removed) {
  const bool is_needed = removed.group == OwnAccount::Group::found ||
                         numbers_in(text_of(files, "passwd"), 3).contains(removed.uid);
  if (!is_needed) {
    drop_lines(files, "group",
               [&](const std::string& line) { return is_own_group(line, removed); });
  }
  if (names_in(text_of(files, "group")).contains(removed.name)) return;
  drop_lines(files, "gshadow",
             [&](const std::string& line) { return name_of(line) == removed.name; });
}

}  // namespace

std::string_view text_of(const AccountFiles& files, std::string_view name) {
  const auto file = files.find(name);
  return file == files.end() ? std::string_view() : std::string_view(file->second);
}

std::map<std::string, Account, std::less<>> parse_passwd(std::string_view text) {
  std::map<std::string, Account, std::less<>> accounts;
  for (const std::string& line : lines(text)) {
    const auto fields = split(line, ':');
    const auto uid = fields.size() == 7 ? parse_id(fields[2]) : std::nullopt;
    const auto gid = fields.size() == 7 ? parse_id(fields[3]) : std::nullopt;
    if (!uid || !gid || !is_name(fields[0])) continue;
    accounts.try_emplace(fields[0], Account{.uid = *uid,
                                            .gid = *gid,
                                            .full_name = fields[4],
                                            .home = fields[5],
                                            .shell = fields[6]});
  }
  return accounts;
}

std::map<std::string, std::uint32_t, std::less<>> parse_group(std::string_view text) {
  std::map<std::string, std::uint32_t, std::less<>> groups;
  for (const std::string& line : lines(text)) {
    const auto fields = split(line, ':');
    const auto gid = fields.size() == 4 ? parse_id(fields[2]) : std::nullopt;
    if (gid && is_name(fields[0])) groups.try_emplace(fields[0], *gid);
  }
  return groups;
}

Status check_account(const EnsureUser& user) {
  constexpr std::size_t kLongestName = 32;
  if (!is_name(user.name) || user.name.size() > kLongestName) {
    return fail(std::format("'{}' is no name of a user", printable(user.name, 64)));
  }
  if (user.uid == 0 || user.uid == std::numeric_limits<std::uint32_t>::max()) {
    return fail(std::format("user '{}' cannot have number {}", user.name, user.uid));
  }
  for (const std::string& field : {user.full_name, user.home, user.shell}) {
    if (!is_field(field)) {
      return fail(std::format("'{}' of user '{}' cannot stand in passwd(5)", printable(field, 64),
                              user.name));
    }
  }
  return {};
}

AccountFiles add_accounts(AccountFiles files, const NewAccounts& added) {
  add_ranges(files, "subuid", added, Subordinate::uids);
  add_ranges(files, "subgid", added, Subordinate::gids);
  add_lines(files, "group", added.users, group_line);
  add_lines(files, "gshadow", added.users, gshadow_line);
  drop_passwords(files, added.users);
  add_lines(files, "shadow", added.users, [&](const EnsureUser& u) {
    return std::format("{}:!:{}:0:99999:7:::\n", u.name, added.day);
  });
  add_lines(files, "passwd", added.users, [](const EnsureUser& u) {
    return std::format("{}:x:{}:{}:{}:{}:{}\n", u.name, u.uid, u.uid, u.full_name, u.home, u.shell);
  });
  return files;
}

AccountFiles add_group(AccountFiles files, const plan::EnsureGroup& added) {
  const EnsureUser entry{.name = added.name, .uid = added.gid};
  add_lines(files, "group", std::span(&entry, 1), group_line);
  add_lines(files, "gshadow", std::span(&entry, 1), gshadow_line);
  return files;
}

AccountFiles change_account(AccountFiles files, const EnsureUser& user) {
  change_lines(files, "passwd", [&](const std::string& line) -> std::optional<std::string> {
    auto fields = split(line, ':');
    if (fields.size() != 7 || fields[0] != user.name) return line;
    fields[4] = user.full_name;
    fields[5] = user.home;
    fields[6] = user.shell;
    return join(fields, ":");
  });
  return files;
}

AccountFiles remove_account(AccountFiles files, const OldAccount& removed) {
  const auto accounts = parse_passwd(text_of(files, "passwd"));
  const auto account = accounts.find(removed.name);
  const bool is_there = account != accounts.end();
  if (is_there && account->second.uid != removed.uid) return files;
  const auto is_theirs = [&](const std::string& line) { return name_of(line) == removed.name; };
  drop_lines(files, "passwd", is_theirs);
  drop_lines(files, "shadow", is_theirs);
  if (is_there) {
    drop_memberships(files, "gshadow", 2, removed.name);
    drop_memberships(files, "group", 3, removed.name);
  }
  drop_group(files, removed);
  for (const std::string_view ranges : {"subgid", "subuid"}) drop_lines(files, ranges, is_theirs);
  return files;
}

std::set<std::string_view> find_lines_of(const AccountFiles& files, std::string_view name) {
  std::set<std::string_view> found;
  for (const std::string_view file : kAccountFiles) {
    if (names_in(text_of(files, file)).contains(name)) found.insert(file);
  }
  return found;
}

}  // namespace muster::apply
