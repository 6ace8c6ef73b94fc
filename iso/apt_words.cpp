#include "iso/apt_words.h"

#include <algorithm>
#include <optional>

namespace muster::iso {
namespace {

/// The number that a hexadecimal digit stands for.
std::optional<int> digit(char c) {
  static constexpr std::string_view kLower = "0123456789abcdef";
  static constexpr std::string_view kUpper = "0123456789ABCDEF";
  for (const auto digits : {kLower, kUpper}) {
    if (const auto at = digits.find(c); at != std::string_view::npos) return static_cast<int>(at);
  }
  return std::nullopt;
}

/// How long the word at the start of a text is.
std::size_t word_length(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && !std::string_view(" \t\r#").contains(text[end])) {
    if (text[end] == '"' || text[end] == '[') {
      const auto close = text.find(text[end] == '"' ? '"' : ']', end + 1);
      if (close == std::string_view::npos) return end;
      end = close;
    }
    ++end;
  }
  return end;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool has_two = text[i] == '%' && i + 2 < text.size();
    const auto high = has_two ? digit(text[i + 1]) : std::nullopt;
    const auto low = has_two ? digit(text[i + 2]) : std::nullopt;
    if (!high || !low) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return plain;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (c == '%') {
      encoded += "%25";
    } else {
      encoded += c;
    }
  }
  return encoded;
}

std::vector<std::string> quoted_words(std::string_view text) {
  std::vector<std::string> found;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r"), text.size()));
    const auto length = word_length(text);
    if (length == 0) return found;
    std::string word(text.substr(0, length));
    std::erase(word, '"');
    found.push_back(percent_decoded(word));
    text.remove_prefix(length);
  }
}

}  // namespace muster::iso
