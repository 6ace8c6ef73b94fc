#pragma once
// One term of a node set, `rack[1-2]n[01-40]`: its text and the values of its numbers. An inner
// part of node_set.h, apart because the syntax of terms and the algebra of sets are two subjects.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster {

/// Stands for a number in a pattern; no node name holds it.
inline constexpr char kNumberMark = '%';

/// Most digits of a number; a longer run of digits is plain text.
inline constexpr unsigned kMaxDigits = 15;

/// A number and its count of digits in one word, so that plain order is (digits, value).
constexpr std::uint64_t pack_number(std::uint64_t value, unsigned digits) {
  return std::uint64_t{digits} << 56U | value;
}
constexpr std::uint64_t packed_value(std::uint64_t number) {
  return number & ((std::uint64_t{1} << 56U) - 1);
}
constexpr unsigned packed_digits(std::uint64_t number) {
  return static_cast<unsigned>(number >> 56U);
}

/// The number has leading zeros.
bool is_padded(std::uint64_t number);

/// The number with its zeros.
std::string show_number(std::uint64_t number);

/// A pattern and, for each '%' in it, the packed values that its number takes.
struct NodeTerm {
  std::string pattern;
  std::vector<std::vector<std::uint64_t>> numbers;
};

/// Combinations that a term stands for, doubles included; the largest number when it does not fit.
std::size_t count_nodes(const NodeTerm& term);

/// A plain name; brackets are no part of it.
/// Errors: empty, longer than 253 characters, a character that no host name has (RFC 1123; '_' is
/// taken as many sites have it).
Result<NodeTerm> parse_node_name(std::string_view name);

/// A name with ranges. Errors: those of names; brackets that do not match; bad ranges.
Result<NodeTerm> parse_node_term(std::string_view term);

/// The refusal of more than NodeSet::kMaxNodes nodes.
std::unexpected<Error> too_many_nodes();

}  // namespace muster
