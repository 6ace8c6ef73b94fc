#include "core/apply/own_accounts.h"

#include <format>
#include <limits>

#include "core/base/text.h"

namespace muster::apply {

OwnAccounts parse_own_accounts(std::string_view text, const OwnAccounts& known) {
  OwnAccounts accounts;
  for (const std::string& line : lines(text)) {
    const std::vector<std::string> words = split(line, ' ');
    const auto number = words.size() == 2 ? parse_number(words[1]) : std::nullopt;
    const auto account = known.find(words.front());
    if (number && *number <= std::numeric_limits<std::uint32_t>::max()) {
      accounts[words.front()] = static_cast<std::uint32_t>(*number);
    } else if (words.size() == 1 && account != known.end()) {
      accounts[words.front()] = account->second;
    }
  }
  return accounts;
}

std::set<std::string, std::less<>> names_of_own_accounts(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (const std::string& line : lines(text)) names.insert(line.substr(0, line.find(' ')));
  return names;
}

std::string render_own_accounts(const OwnAccounts& accounts) {
  std::string text;
  for (const auto& [name, uid] : accounts) text += std::format("{} {}\n", name, uid);
  return text;
}

}  // namespace muster::apply
