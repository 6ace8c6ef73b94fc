#include "core/apply/subordinate_ids.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/base/text.h"

namespace muster::apply {
namespace {

constexpr std::uint64_t kLastNumber = std::numeric_limits<std::uint32_t>::max();

/// The value of a line "NAME VALUE", between blanks and tabs.
std::optional<std::uint64_t> value_of(std::string_view line, std::string_view name) {
  line = trim(line);
  if (!line.starts_with(name)) return std::nullopt;
  const std::string_view rest = line.substr(name.size());
  if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) return std::nullopt;
  return parse_number(trim(rest));
}

/// Both ends belong to it.
using Taken = std::pair<std::uint64_t, std::uint64_t>;

std::vector<Taken> sorted(const std::vector<SubordinateRange>& ranges,
                          const std::set<std::uint32_t>& own) {
  std::vector<Taken> taken;
  for (const SubordinateRange& range : ranges) taken.emplace_back(range.first, range.last);
  for (const std::uint32_t number : own) taken.emplace_back(number, number);
  std::ranges::sort(taken);
  return taken;
}

}  // namespace

SubordinateRules parse_subordinate_rules(std::string_view text, Subordinate kind) {
  SubordinateRules rules;
  const bool uids = kind == Subordinate::uids;
  const std::array<std::pair<std::string_view, std::uint64_t*>, 5> fields = {
      {{uids ? "SUB_UID_MIN" : "SUB_GID_MIN", &rules.first},
       {uids ? "SUB_UID_MAX" : "SUB_GID_MAX", &rules.last},
       {uids ? "SUB_UID_COUNT" : "SUB_GID_COUNT", &rules.count},
       {"UID_MIN", &rules.first_person},
       {"UID_MAX", &rules.last_person}}};
  for (const std::string& line : lines(text)) {
    for (const auto& [name, value] : fields) *value = value_of(line, name).value_or(*value);
  }
  return rules;
}

std::vector<SubordinateRange> parse_subordinate_ranges(std::string_view text) {
  std::vector<SubordinateRange> ranges;
  for (const std::string& line : lines(text)) {
    const auto fields = split(line, ':');
    if (fields.size() != 3) continue;
    const auto first = parse_number(fields[1]);
    const auto count = parse_number(fields[2]);
    if (!first || !count || *first > kLastNumber || *count == 0) continue;
    const std::uint64_t last = *first + std::min(*count - 1, kLastNumber - *first);
    ranges.push_back({.owner = fields[0], .first = *first, .last = last});
  }
  return ranges;
}

std::optional<std::string> find_range_owner(const std::vector<SubordinateRange>& ranges,
                                            std::uint32_t number) {
  const auto has = [number](const SubordinateRange& range) {
    const bool is_roots = range.owner == "root" || range.owner == "0";
    return !is_roots && range.first <= number && number <= range.last;
  };
  const auto found = std::ranges::find_if(ranges, has);
  return found == ranges.end() ? std::nullopt : std::optional(found->owner);
}

std::vector<std::uint64_t> find_free_ranges(const std::vector<SubordinateRange>& ranges,
                                            const std::set<std::uint32_t>& own,
                                            const SubordinateRules& rules, std::size_t wanted) {
  std::vector<std::uint64_t> found;
  if (rules.count == 0) return found;
  const std::vector<Taken> taken = sorted(ranges, own);
  // The last number means "none" to chown(2) and others.
  const std::uint64_t end = std::min(rules.last, kLastNumber - 1) + 1;
  std::uint64_t next = rules.first;
  const auto fill_until = [&](std::uint64_t limit) {
    while (found.size() < wanted && next < limit && limit - next >= rules.count) {
      found.push_back(next);
      next += rules.count;
    }
  };
  for (const auto& [first, last] : taken) {
    fill_until(std::min(first, end));
    next = std::max(next, last + 1);
  }
  fill_until(end);
  return found;
}

}  // namespace muster::apply
