#include "core/apply/own_accounts.h"

#include <format>
#include <limits>

#include "core/base/text.h"

namespace muster::apply {

ListedAccounts parse_listed_accounts(std::string_view text) {
  ListedAccounts listed;
  for (const std::string& line : lines(text)) {
    const std::vector<std::string> words = split(line, ' ');
    const auto number = words.size() == 2 ? parse_number(words[1]) : std::nullopt;
    if (number && *number <= std::numeric_limits<std::uint32_t>::max()) {
      listed[words.front()] = static_cast<std::uint32_t>(*number);
    } else if (words.size() == 1) {
      listed[words.front()] = std::nullopt;
    }
  }
  return listed;
}

OwnAccounts parse_own_accounts(std::string_view text, const OwnAccounts& known) {
  OwnAccounts accounts;
  for (const auto& [name, number] : parse_listed_accounts(text)) {
    const auto account = known.find(name);
    if (number) {
      accounts[name] = *number;
    } else if (account != known.end()) {
      accounts[name] = account->second;
    }
  }
  return accounts;
}

std::string render_own_accounts(const OwnAccounts& accounts) {
  std::string text;
  for (const auto& [name, uid] : accounts) text += std::format("{} {}\n", name, uid);
  return text;
}

}  // namespace muster::apply
