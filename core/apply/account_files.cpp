#include "core/apply/account_files.h"

#include <algorithm>
#include <format>
#include <limits>
#include <set>

#include "core/base/text.h"

namespace muster::apply {
namespace {

using plan::EnsureUser;

/// What useradd(8) gives a user for containers, by Debian's login.defs(5): so many numbers, of
/// these.
constexpr std::uint64_t kRange = 65536;
constexpr std::uint64_t kFirstOfRanges = 100'000;
constexpr std::uint64_t kLastOfRanges = 600'100'000;
/// Only people have them (UID_MIN and UID_MAX).
constexpr std::uint32_t kFirstPerson = 1000;
constexpr std::uint32_t kLastPerson = 60000;

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

/// The names at the start of the lines.
std::set<std::string, std::less<>> names_in(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (const std::string& line : lines(text)) names.insert(line.substr(0, line.find(':')));
  return names;
}

/// A file's text that takes more lines: the last line of a file may lack its end.
std::string with_line_end(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

/// Adds a line for each user of whom the file has none.
template <typename Render>
void add_lines(AccountFiles& files, std::string_view name, std::span<const EnsureUser> users,
               Render render) {
  const auto file = files.find(name);
  if (file == files.end()) return;
  const auto known = names_in(file->second);
  std::string text = with_line_end(std::move(file->second));
  for (const EnsureUser& user : users) {
    if (!known.contains(user.name)) text += render(user);
  }
  file->second = std::move(text);
}

/// Takes out what is left of users who have no account: nobody gets the password of a namesake.
void drop_lines(AccountFiles& files, std::string_view name, std::span<const EnsureUser> users) {
  const auto file = files.find(name);
  if (file == files.end()) return;
  std::set<std::string_view> dropped;
  for (const EnsureUser& user : users) dropped.insert(user.name);
  std::string kept;
  for (const std::string& line : lines(file->second)) {
    if (!dropped.contains(std::string_view(line).substr(0, line.find(':')))) kept += line + "\n";
  }
  file->second = std::move(kept);
}

/// The first number behind all ranges of the file.
std::uint64_t first_free_range(std::string_view text) {
  std::uint64_t first = kFirstOfRanges;
  for (const std::string& line : lines(text)) {
    const auto fields = split(line, ':');
    const auto start = fields.size() == 3 ? parse_id(fields[1]) : std::nullopt;
    const auto count = fields.size() == 3 ? parse_id(fields[2]) : std::nullopt;
    if (start && count) first = std::max(first, std::uint64_t{*start} + *count);
  }
  return first;
}

void add_ranges(AccountFiles& files, std::string_view name, std::span<const EnsureUser> users) {
  const auto file = files.find(name);
  std::uint64_t next = file == files.end() ? 0 : first_free_range(file->second);
  add_lines(files, name, users, [&next](const EnsureUser& user) -> std::string {
    const bool person = user.uid >= kFirstPerson && user.uid <= kLastPerson;
    if (!person || next + kRange - 1 > kLastOfRanges) return {};
    const std::uint64_t start = next;
    next += kRange;
    return std::format("{}:{}:{}\n", user.name, start, kRange);
  });
}

}  // namespace

std::map<std::string, Account, std::less<>> parse_passwd(std::string_view text) {
  std::map<std::string, Account, std::less<>> accounts;
  for (const std::string& line : lines(text)) {
    const auto fields = split(line, ':');
    const auto uid = fields.size() == 7 ? parse_id(fields[2]) : std::nullopt;
    if (!uid || !is_name(fields[0])) continue;
    accounts.try_emplace(
        fields[0],
        Account{.uid = *uid, .full_name = fields[4], .home = fields[5], .shell = fields[6]});
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

AccountFiles add_accounts(AccountFiles files, std::span<const EnsureUser> users, std::int64_t day) {
  add_ranges(files, "subuid", users);
  add_ranges(files, "subgid", users);
  add_lines(files, "group", users,
            [](const EnsureUser& u) { return std::format("{}:x:{}:\n", u.name, u.uid); });
  add_lines(files, "gshadow", users,
            [](const EnsureUser& u) { return std::format("{}:!::\n", u.name); });
  drop_lines(files, "shadow", users);
  add_lines(files, "shadow", users, [day](const EnsureUser& u) {
    return std::format("{}:!:{}:0:99999:7:::\n", u.name, day);
  });
  add_lines(files, "passwd", users, [](const EnsureUser& u) {
    return std::format("{}:x:{}:{}:{}:{}:{}\n", u.name, u.uid, u.uid, u.full_name, u.home, u.shell);
  });
  return files;
}

}  // namespace muster::apply
