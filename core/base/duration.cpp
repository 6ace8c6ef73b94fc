#include "core/base/duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <format>
#include <optional>

#include "core/base/text.h"

namespace muster {
namespace {

constexpr std::uint64_t kLongest = std::uint64_t{100} * 366 * 86400;

std::optional<std::uint64_t> unit_seconds(std::string_view unit) {
  struct Unit {
    std::array<std::string_view, 3> names;
    std::uint64_t seconds;
  };
  static constexpr std::array<Unit, 5> kUnits = {{{{"s", "second", "seconds"}, 1},
                                                  {{"min", "minute", "minutes"}, 60},
                                                  {{"h", "hour", "hours"}, 3600},
                                                  {{"d", "day", "days"}, 86400},
                                                  {{"w", "week", "weeks"}, 604800}}};
  for (const Unit& known : kUnits) {
    if (std::ranges::contains(known.names, unit)) return known.seconds;
  }
  return std::nullopt;
}

std::unexpected<Error> bad(std::string_view text) {
  const bool bare = parse_number(trim(text)).has_value();
  return fail(std::format("'{}' {}", printable(text),
                          bare ? "has no unit of time" : "is not a length of time"),
              "write a number and a unit (s, min, h, d, w), such as '30 min'");
}

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  std::string_view rest = trim(text);
  if (rest.empty()) return bad(text);
  std::uint64_t total = 0;
  while (!rest.empty()) {
    const std::size_t digits = std::min(rest.find_first_not_of(kDigits), rest.size());
    const auto number = parse_number(rest.substr(0, digits));
    rest = trim(rest.substr(digits));
    const std::size_t letters = std::min(rest.find_first_of(" \t0123456789"), rest.size());
    const auto unit = unit_seconds(rest.substr(0, letters));
    if (!number || !unit) return bad(text);
    if (*number > kLongest / *unit || total + *number * *unit > kLongest) {
      return fail(std::format("'{}' is too long", printable(text)), "durations end at 100 years");
    }
    total += *number * *unit;
    rest = trim(rest.substr(letters));
  }
  return std::chrono::seconds(total);
}

std::string to_string(std::chrono::seconds duration) {
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };
  static constexpr std::array<Unit, 4> kUnits = {
      {{604800, "w"}, {86400, "d"}, {3600, "h"}, {60, "min"}}};
  const std::int64_t count = duration.count();
  for (const Unit& unit : kUnits) {
    if (count != 0 && count % unit.seconds == 0) {
      return std::format("{} {}", count / unit.seconds, unit.name);
    }
  }
  return std::format("{} s", count);
}

}  // namespace muster
