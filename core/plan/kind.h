#pragma once
// What every kind of step says of itself. A kind is a struct in a file of kinds/ with
//
//     kKind      its word in JSON
//     members    each member once, for reading and for writing
//     subject    what it is about: two steps of one subject stand for the same thing
//     words      one line for people, without secrets
//
//     check      (may be missing) errors: a member has a value that no such step can have
//
// and its place in plan::AnyStep (step.h). A member is a text, a number, a list of texts or an
// enumeration with `words_of`. A text whose name is in kPathMembers is a path. What a machine does
// with a kind: core/apply/kinds.h.

#include <array>
#include <cstdint>
#include <format>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace muster::plan {

/// A value of an enumeration and its word in JSON. An enumeration of a kind has all of its words in
/// `words_of(Enumeration)`, beside the kind.
template <typename Enumeration>
using Word = std::pair<Enumeration, std::string_view>;

/// The word of a value.
template <typename Enumeration>
constexpr std::string_view word_of(Enumeration value) {
  for (const auto& [each, word] : words_of(Enumeration{})) {
    if (each == value) return word;
  }
  return {};
}

/// Names of members that are absolute paths without "." and "..".
inline constexpr std::array<std::string_view, 3> kPathMembers = {"path", "target", "home"};

/// What names of systemd's units have beside letters and digits (systemd.unit(5)).
inline constexpr std::string_view kUnitMarks = ":-_.\\@";

/// Errors: `text` is empty, begins with '-', or has another character than letters, digits and
/// `marks`: what programs take as an option, a pattern or more than one name. `what`: "package".
Status check_name(std::string_view what, std::string_view text, std::string_view marks);

}  // namespace muster::plan
