#include "core/apply/own_accounts.h"

#include <format>
#include <limits>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

constexpr std::string_view kGroupFound = "group-found";

/// One line of the list.
struct Line {
  std::string name;
  std::optional<std::uint32_t> number;
  OwnAccount::Group group = OwnAccount::Group::made;
};

std::optional<Line> parse_line(std::string_view text) {
  const std::vector<std::string> words = split(text, ' ');
  const bool is_found = words.size() == 3 && words[2] == kGroupFound;
  if (words.size() == 1) return Line{.name = words.front(), .number = {}};
  if (words.size() != 2 && !is_found) return std::nullopt;
  const auto number = parse_number(words[1]);
  if (!number || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return Line{.name = words.front(),
              .number = static_cast<std::uint32_t>(*number),
              .group = is_found ? OwnAccount::Group::found : OwnAccount::Group::made};
}

}  // namespace

ListedAccounts parse_listed_accounts(std::string_view text) {
  ListedAccounts listed;
  for (const std::string& line : lines(text)) {
    if (const auto parsed = parse_line(line)) listed[parsed->name] = parsed->number;
  }
  return listed;
}

OwnAccounts parse_own_accounts(std::string_view text, const UserNumbers& known) {
  OwnAccounts accounts;
  for (const std::string& line : lines(text)) {
    const auto parsed = parse_line(line);
    if (!parsed) continue;
    const auto account = known.find(parsed->name);
    if (parsed->number) {
      accounts[parsed->name] = {.uid = *parsed->number, .group = parsed->group};
    } else if (account != known.end()) {
      accounts[parsed->name] = {.uid = account->second};
    }
  }
  return accounts;
}

std::string render_own_accounts(const OwnAccounts& accounts) {
  std::string text;
  for (const auto& [name, account] : accounts) {
    const bool is_found = account.group == OwnAccount::Group::found;
    text += std::format("{} {}{}{}\n", name, account.uid, is_found ? " " : "",
                        is_found ? kGroupFound : "");
  }
  return text;
}

Result<ListedAccounts> read_own_accounts(const std::filesystem::path& settings) {
  const auto file = settings / kOwnAccounts;
  if (os::is_missing(file)) return ListedAccounts();
  TRY_ASSIGN(const std::string text, os::read_file(file));
  return parse_listed_accounts(text);
}

}  // namespace muster::apply
