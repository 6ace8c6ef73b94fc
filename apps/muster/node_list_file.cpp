#include "apps/muster/node_list_file.h"

#include <algorithm>
#include <format>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/spec/node_names.h"

namespace muster::cli {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(line.substr(0, line.find('#'))) + " ") {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == ',' || c == ';';
    if (!blank) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

/// A MAC address as vendors write it: "52:54:00:00:00:01", "52-54-…", "5254.0000.0001" or
/// "525400000001".
Result<MacAddress> read_mac(const std::string& word) {
  std::string digits = word;
  std::erase(digits, '.');
  const bool bare = digits.size() == 12 &&
                    digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!bare) return parse_mac(word);
  for (std::size_t at = 10; at > 0; at -= 2) digits.insert(at, ":");
  return parse_mac(digits);
}

Result<nlohmann::json> parse_node(const std::vector<std::string>& words) {
  if (words.size() != 3) {
    return fail(std::format("{} words instead of three", words.size()),
                "write 'NAME ADDRESS MAC', such as 'n001 10.42.1.1 52:54:00:00:00:01'");
  }
  TRY(spec::check_node_name(words[0]));
  if (read_mac(words[1]) && parse_ipv4(words[2])) {
    return fail("the MAC address comes before the address",
                std::format("write 'NAME ADDRESS MAC': '{} {} {}'", words[0], words[2], words[1]));
  }
  TRY(parse_ipv4(words[1]));
  TRY_ASSIGN(const MacAddress mac, read_mac(words[2]));
  return nlohmann::json{{"name", words[0]}, {"address", words[1]}, {"mac", to_string(mac)}};
}

/// "; refused as well: lines 7, 9, 12"; empty when only the first line is.
std::string other_lines(std::span<const std::size_t> refused) {
  if (refused.size() < 2) return {};
  constexpr std::size_t kMost = 10;
  std::vector<std::string> numbers;
  for (const std::size_t number : refused.subspan(1).first(std::min(kMost, refused.size() - 1))) {
    numbers.push_back(std::to_string(number));
  }
  const std::size_t more = refused.size() - 1 - numbers.size();
  return std::format("; refused as well: line{} {}{}", refused.size() == 2 ? "" : "s",
                     join(numbers, ", "), more == 0 ? "" : std::format(" and {} more", more));
}

}  // namespace

Result<nlohmann::json> parse_node_file(std::string_view bytes, std::string_view file_name) {
  const auto text = decode_text(bytes);
  if (!text) return wrap(file_name, text.error());
  nlohmann::json nodes = nlohmann::json::array();
  std::size_t number = 0;
  std::vector<std::size_t> refused;
  std::optional<Error> first;
  for (const std::string& line : lines(*text)) {
    ++number;
    const auto words = words_of(line);
    if (words.empty()) continue;
    auto node = parse_node(words);
    if (!node) {
      if (refused.empty()) first = std::move(node).error();
      refused.push_back(number);
      continue;
    }
    nodes.push_back(std::move(*node));
  }
  if (first) {
    return fail(std::format("{}:{}: {}{}", file_name, refused.front(), first->message,
                            other_lines(refused)),
                first->hint);
  }
  if (nodes.empty()) {
    return fail(std::format("{}: there is no node in it", file_name),
                "write a line 'NAME ADDRESS MAC' for each");
  }
  return nodes;
}

}  // namespace muster::cli
