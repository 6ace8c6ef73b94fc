#pragma once
// The numbers that a user has for containers: subuid(5) and subgid(5). Whoever has a number there
// acts as whoever has that number, so nobody gets one that is an account's own. Pure.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace muster::apply {

/// The rules of login.defs(5) for users or for groups, with Debian's values.
struct SubordinateRules {
  /// SUB_UID_MIN or SUB_GID_MIN: the first number that may be in a range.
  std::uint64_t first = 100'000;
  /// SUB_UID_MAX or SUB_GID_MAX: the last one.
  std::uint64_t last = 600'100'000;
  /// SUB_UID_COUNT or SUB_GID_COUNT: the length of a range; 0: nobody gets one.
  std::uint64_t count = 65536;
  /// UID_MIN and UID_MAX: who gets a range.
  std::uint64_t first_person = 1000;
  std::uint64_t last_person = 60000;
  bool operator==(const SubordinateRules&) const = default;
};

enum class Subordinate { uids, gids };

/// The rules in the text of login.defs(5); what is missing there, or is no decimal number, has
/// Debian's value.
SubordinateRules parse_subordinate_rules(std::string_view text, Subordinate kind);

/// One line of subuid(5).
struct SubordinateRange {
  /// A name, or a number of a user in decimal.
  std::string owner;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const SubordinateRange&) const = default;
};

/// Lines that are no range of at least one number are left out.
std::vector<SubordinateRange> parse_subordinate_ranges(std::string_view text);

/// Whose range has the number; none for nobody. Root's ranges are left out: root may have any
/// number without them.
std::optional<std::string> find_range_owner(const std::vector<SubordinateRange>& ranges,
                                            std::uint32_t number);

/// The first numbers of the lowest `wanted` ranges that overlap neither each other, nor `ranges`,
/// nor a number in `own`. Fewer when there is no more room.
std::vector<std::uint64_t> find_free_ranges(const std::vector<SubordinateRange>& ranges,
                                            const std::set<std::uint32_t>& own,
                                            const SubordinateRules& rules, std::size_t wanted);

}  // namespace muster::apply
