#include "apps/muster/node_list_file.h"

#include <format>
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

Result<nlohmann::json> parse_node(const std::vector<std::string>& words) {
  if (words.size() != 3) {
    return fail(std::format("{} words instead of three", words.size()),
                "write 'NAME ADDRESS MAC', such as 'n001 10.42.1.1 52:54:00:00:00:01'");
  }
  TRY(spec::check_node_name(words[0]));
  TRY(parse_ipv4(words[1]));
  TRY(parse_mac(words[2]));
  return nlohmann::json{{"name", words[0]}, {"address", words[1]}, {"mac", words[2]}};
}

}  // namespace

Result<nlohmann::json> parse_node_file(std::string_view bytes, std::string_view file_name) {
  const auto text = decode_text(bytes);
  if (!text) return wrap(file_name, text.error());
  nlohmann::json nodes = nlohmann::json::array();
  std::size_t number = 0;
  for (const std::string& line : lines(*text)) {
    ++number;
    const auto words = words_of(line);
    if (words.empty()) continue;
    auto node = parse_node(words);
    if (!node) return wrap(std::format("{}:{}", file_name, number), std::move(node).error());
    nodes.push_back(std::move(*node));
  }
  if (nodes.empty()) {
    return fail(std::format("{}: there is no node in it", file_name),
                "write a line 'NAME ADDRESS MAC' for each");
  }
  return nodes;
}

}  // namespace muster::cli
