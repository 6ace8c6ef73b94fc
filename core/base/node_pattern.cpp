#include "core/base/node_pattern.h"

#include <algorithm>
#include <format>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/node_set.h"
#include "core/base/text.h"

namespace muster {
namespace {

constexpr std::size_t kMaxName = 253;

using Values = std::vector<std::uint64_t>;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.';
}

unsigned natural_digits(std::uint64_t value) {
  unsigned digits = 1;
  for (; value >= 10; value /= 10) ++digits;
  return digits;
}

std::uint64_t power_of_ten(unsigned exponent) {
  std::uint64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

/// Digits as a packed number; none when it is not one or too long.
std::optional<std::uint64_t> parse_packed(std::string_view text) {
  const auto value = parse_number(text);
  if (!value || text.size() > kMaxDigits) return std::nullopt;
  return pack_number(*value, static_cast<unsigned>(text.size()));
}

/// "001-999,1000" for "001-1000": numbers with more digits than the others have no padding.
std::string hint_for_padding(std::uint64_t first, std::uint64_t last) {
  const unsigned digits = packed_digits(first);
  const std::uint64_t more = power_of_ten(digits);
  if (is_padded(last) || digits >= packed_digits(last)) {
    return "write both with the same count of digits, as '001-100'";
  }
  const std::string rest = packed_value(last) == more
                               ? std::format("{}", more)
                               : std::format("{}-{}", more, packed_value(last));
  return std::format("write '{:0{}}-{},{}' when that is meant", packed_value(first), digits,
                     more - 1, rest);
}

/// Adds "3", "01-40" or "1-9/2" to `values`.
Status parse_range(std::string_view range, Values& values) {
  const auto bad = [&](std::string_view reason, std::string hint) {
    return fail(ErrorKind::invalid, std::format("range '{}' {}", printable(range, 40), reason),
                std::move(hint));
  };
  const std::size_t slash = range.find('/');
  const std::string_view ends = range.substr(0, slash);
  const std::size_t dash = ends.find('-');
  const bool single = dash == std::string_view::npos;
  const auto first = parse_packed(trim(ends.substr(0, dash)));
  const auto last = single ? first : parse_packed(trim(ends.substr(dash + 1)));
  if (!first || !last) {
    return bad("is not a number or two numbers with '-'", "write it as '01-40', '7' or '1-9/2'");
  }
  std::optional<std::uint64_t> step = 1;
  if (slash != std::string_view::npos) step = parse_number(trim(range.substr(slash + 1)));
  if (!step || *step == 0 || (single && slash != std::string_view::npos)) {
    return bad("has a bad step", "write it as '1-9/2'");
  }
  const bool padded = is_padded(*first) || is_padded(*last);
  if (padded && packed_digits(*first) != packed_digits(*last)) {
    return bad("pads its ends differently", hint_for_padding(*first, *last));
  }
  const std::uint64_t from = packed_value(*first);
  const std::uint64_t to = packed_value(*last);
  if (to < from) return bad("ends before it starts", "write the lower number first");
  if ((to - from) / *step >= NodeSet::kMaxNodes - values.size()) return too_many_nodes();
  for (std::uint64_t value = from;; value += *step) {
    values.push_back(pack_number(value, padded ? packed_digits(*first) : natural_digits(value)));
    if (to - value < *step) return {};
  }
}

/// The ranges between two brackets.
Result<Values> parse_ranges(std::string_view text) {
  Values values;
  if (trim(text).empty())
    return fail(ErrorKind::invalid, "there is nothing between '[' and ']'", "write '[1-4]'");
  for (const std::string& range : split(text, ',')) TRY(parse_range(trim(range), values));
  return values;
}

std::unexpected<Error> name_too_long(std::string_view name) {
  return fail(ErrorKind::invalid, std::format("'{}' is too long for a name", printable(name, 40)),
              std::format("names end at {} characters", kMaxName));
}

/// Builds a term piece by piece. Digits that touch a bracket are digits of its number.
class TermBuilder {
 public:
  Status add_text(std::string_view text) {
    for (const char c : text) {
      if (!is_name_character(c)) {
        return fail(ErrorKind::invalid,
                    std::format("'{}' may not be in a node's name", printable({&c, 1})),
                    "names have letters, digits, '-', '_' and '.'");
      }
      if (is_digit(c)) {
        digits_ += c;
      } else {
        TRY(end_number());
        parts_.push_back({.text = std::string(1, c), .values = {}});
      }
    }
    return {};
  }

  Status add_values(Values values) {
    TRY(flush_digits());
    if (current_.empty()) {
      current_ = std::move(values);
    } else {
      TRY(append(values));
    }
    bracket_ = true;
    return {};
  }

  Result<NodeTerm> finish() {
    TRY(end_number());
    std::size_t numbers = static_cast<std::size_t>(
        std::ranges::count_if(parts_, [](const Part& part) { return !part.values.empty(); }));
    NodeTerm term;
    for (Part& part : parts_) {
      if (part.values.empty()) {
        term.pattern += part.text;
      } else if (numbers-- > NodeSet::kMaxNumbers) {
        if (part.values.size() > 1) {
          return fail(
              ErrorKind::invalid,
              std::format("a name has a range before its last {} numbers", NodeSet::kMaxNumbers),
              "write the names without that range");
        }
        term.pattern += show_number(part.values.front());
      } else {
        term.pattern += kNumberMark;
        term.numbers.push_back(std::move(part.values));
      }
    }
    if (term.pattern.empty()) return fail(ErrorKind::invalid, "a name is empty", "write a name");
    return term;
  }

 private:
  struct Part {
    std::string text;
    Values values;
  };

  /// Digits seen so far join the number that is being built.
  Status flush_digits() {
    if (digits_.empty()) return {};
    const auto number = parse_packed(digits_);
    if (!number) return too_long();
    digits_.clear();
    if (current_.empty()) {
      current_ = {*number};
      return {};
    }
    return append({*number});
  }

  Status end_number() {
    if (!bracket_ && digits_.size() > kMaxDigits) {
      parts_.push_back({.text = std::exchange(digits_, {}), .values = {}});
      return {};
    }
    TRY(flush_digits());
    if (!current_.empty()) parts_.push_back({.text = {}, .values = std::exchange(current_, {})});
    bracket_ = false;
    return {};
  }

  /// Every number so far followed by every one of `values`.
  Status append(const Values& values) {
    if (current_.size() * values.size() > NodeSet::kMaxNodes) return too_many_nodes();
    Values longer;
    for (const std::uint64_t high : current_) {
      for (const std::uint64_t low : values) {
        const unsigned digits = packed_digits(high) + packed_digits(low);
        if (digits > kMaxDigits) return too_long();
        longer.push_back(pack_number(
            packed_value(high) * power_of_ten(packed_digits(low)) + packed_value(low), digits));
      }
    }
    current_ = std::move(longer);
    return {};
  }

  static std::unexpected<Error> too_long() {
    return fail(ErrorKind::invalid,
                std::format("a number with a range has more than {} digits", kMaxDigits),
                "put a letter or '-' between the numbers");
  }

  std::vector<Part> parts_;
  std::string digits_;
  Values current_;
  bool bracket_ = false;
};

}  // namespace

bool is_padded(std::uint64_t number) {
  return packed_digits(number) > natural_digits(packed_value(number));
}

std::string show_number(std::uint64_t number) {
  const std::string digits = std::format("{}", packed_value(number));
  return std::string(packed_digits(number) - digits.size(), '0') + digits;
}

std::size_t count_nodes(const NodeTerm& term) {
  std::size_t count = 1;
  for (const Values& values : term.numbers) {
    if (count > std::numeric_limits<std::size_t>::max() / values.size()) {
      return std::numeric_limits<std::size_t>::max();
    }
    count *= values.size();
  }
  return count;
}

Result<NodeTerm> parse_node_name(std::string_view name) {
  if (name.size() > kMaxName) return name_too_long(name);
  TermBuilder builder;
  TRY(builder.add_text(name));
  return builder.finish();
}

Result<NodeTerm> parse_node_term(std::string_view term) {
  TermBuilder builder;
  std::size_t text_size = 0;
  while (!term.empty()) {
    const std::size_t open = std::min(term.find_first_of("[]"), term.size());
    text_size += open;
    if (text_size > kMaxName) return name_too_long(term);
    TRY(builder.add_text(term.substr(0, open)));
    term.remove_prefix(open);
    if (term.empty()) break;
    const std::size_t close = term.find(']');
    if (term[0] == ']')
      return fail(ErrorKind::invalid, "']' closes no '['", "write ranges as '[1-4]'");
    if (close == std::string_view::npos)
      return fail(ErrorKind::invalid, "'[' is not closed", "write ranges as '[1-4]'");
    TRY_ASSIGN(Values values, parse_ranges(term.substr(1, close - 1)));
    TRY(builder.add_values(std::move(values)));
    term.remove_prefix(close + 1);
  }
  return builder.finish();
}

std::unexpected<Error> too_many_nodes() {
  return fail(ErrorKind::invalid,
              std::format("a node set has more than {} nodes", NodeSet::kMaxNodes),
              "name fewer nodes");
}

}  // namespace muster
