#pragma once
// Long lists of names in tables of ours: one text, with a blank between two names.

#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace muster::spec {

inline std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  for (const auto word : std::views::split(list, ' ')) {
    words.emplace_back(word.begin(), word.end());
  }
  return words;
}

inline bool has_word(std::string_view list, std::string_view word) {
  return std::ranges::any_of(std::views::split(list, ' '),
                             [&](const auto known) { return std::string_view(known) == word; });
}

/// The same where a word of the list that ends in '*' stands for all names with that start.
inline bool has_name(std::string_view list, std::string_view name) {
  return std::ranges::any_of(std::views::split(list, ' '), [&](const auto known) {
    std::string_view word(known);
    if (!word.ends_with('*')) return word == name;
    word.remove_suffix(1);
    return name.starts_with(word);
  });
}

}  // namespace muster::spec
