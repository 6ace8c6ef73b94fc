#pragma once
// Classes of ASCII characters, for writing down what a name may hold.

#include <algorithm>
#include <string_view>

namespace muster::spec {

/// Sets of characters, combined with '|'.
struct Class {
  static constexpr unsigned lower = 1;
  static constexpr unsigned upper = 2;
  static constexpr unsigned letter = lower | upper;
  static constexpr unsigned digit = 4;
  static constexpr unsigned dash = 8;
  static constexpr unsigned dot = 16;
  static constexpr unsigned underscore = 32;
  static constexpr unsigned plus = 64;
};

constexpr bool is_class(char c, unsigned classes) {
  const unsigned own = c >= 'a' && c <= 'z'   ? Class::lower
                       : c >= 'A' && c <= 'Z' ? Class::upper
                       : c >= '0' && c <= '9' ? Class::digit
                       : c == '-'             ? Class::dash
                       : c == '.'             ? Class::dot
                       : c == '_'             ? Class::underscore
                       : c == '+'             ? Class::plus
                                              : 0U;
  return (own & classes) != 0;
}

constexpr bool all_of_class(std::string_view text, unsigned classes) {
  return std::ranges::all_of(text, [&](char c) { return is_class(c, classes); });
}

constexpr bool starts_with_lower(std::string_view text) {
  return !text.empty() && is_class(text[0], Class::lower);
}

}  // namespace muster::spec
