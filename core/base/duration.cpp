#include "core/base/duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <format>
#include <optional>
#include <vector>

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

/// An example that is made of the number that was written.
std::unexpected<Error> bad(std::string_view text) {
  const std::string_view trimmed = trim(text);
  const std::size_t digits = std::min(trimmed.find_first_not_of("0123456789"), trimmed.size());
  const bool counted = digits > 0 && digits < 7;
  const std::string_view number = counted ? trimmed.substr(0, digits) : "30";
  const std::string_view unit = trim(trimmed.substr(digits));
  const std::string why = unit.empty() && digits > 0 ? "has no unit of time"
                          : unit.starts_with('.')    ? "is no whole number"
                          : unit == "m"              ? "has an unclear unit: months or minutes"
                                                     : "is not a length of time";
  return fail(ErrorKind::invalid, std::format("'{}' {}", printable(text), why),
              std::format("write a number and a unit (s, min, h, d, w), such as '{} min'", number));
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
      return fail(ErrorKind::invalid, std::format("'{}' is too long", printable(text)),
                  "durations end at 100 years");
    }
    total += *number * *unit;
    rest = trim(rest.substr(letters));
  }
  return std::chrono::seconds(total);
}

std::optional<std::chrono::seconds> parse_slurm_duration(std::string_view text) {
  const std::size_t dash = text.find('-');
  const bool has_days = dash != std::string_view::npos;
  const std::vector<std::string> clock = split(has_days ? text.substr(dash + 1) : text, ':');
  if (clock.empty() || clock.size() > 3) return std::nullopt;
  // Behind days come hours; without days a single number is minutes.
  const std::size_t largest = has_days || clock.size() == 3 ? 0 : 1;
  constexpr std::array<std::uint64_t, 3> kUnits = {3600, 60, 1};
  std::uint64_t total = 0;
  const auto add = [&total](std::string_view part, std::uint64_t unit) {
    const auto number = parse_number(part);
    if (!number || *number > kLongest) return false;
    total += *number * unit;
    return total <= kLongest;
  };
  if (has_days && !add(text.substr(0, dash), 86400)) return std::nullopt;
  for (std::size_t i = 0; i < clock.size(); ++i) {
    if (!add(clock[i], kUnits[largest + i])) return std::nullopt;
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
