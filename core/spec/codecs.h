#pragma once
// What codecs of cluster.yaml's values are made of. For the files that define them only.

#include <algorithm>
#include <format>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/spec/rules.h"
#include "core/spec/values.h"

namespace muster::spec::codecs {

inline std::unexpected<Error> refuse(std::string_view text, const ValueType& type) {
  return fail(std::format("'{}' is not {}", printable(text, 80), type.name),
              std::format("write {}", type.allowed));
}

/// The same with what the writer may have meant; an empty one is none.
inline std::unexpected<Error> refuse(std::string_view text, const ValueType& type,
                                     const std::string& meant) {
  if (meant.empty()) return refuse(text, type);
  return fail(std::format("'{}' is not {}", printable(text, 80), type.name),
              std::format("did you mean '{}'? allowed: {}", meant, type.allowed));
}

inline std::string same(const std::string& text) { return text; }
inline std::string show_int(const int& value) { return std::format("{}", value); }

/// A codec of plain text that `matches` accepts as it stands.
template <const Codec<std::string>& codec, bool (*matches)(std::string_view)>
Result<std::string> parse_text(std::string_view text) {
  if (!matches(text)) return refuse(text, codec.type);
  return std::string(text);
}

/// The same, with a name to write in place of one that is none.
template <const Codec<std::string>& codec, bool (*matches)(std::string_view)>
Result<std::string> parse_name(std::string_view text) {
  if (matches(text)) return std::string(text);
  const std::string meant = as_name(text);
  return refuse(text, codec.type, matches(meant) ? meant : "");
}

template <typename T, const Codec<T>& codec>
Result<T> parse_integer(std::string_view text) {
  const auto number = parse_number(text);
  const bool padded = text.size() > 1 && text.starts_with('0');
  if (!number || padded || *number < codec.type.minimum || *number > codec.type.maximum) {
    return refuse(text, codec.type);
  }
  return static_cast<T>(*number);
}

template <typename T, const Codec<T>& codec>
Result<T> parse_word(std::string_view text) {
  const auto& words = codec.type.words;
  const auto found = std::ranges::find(words, text);
  if (found != words.end()) return static_cast<T>(found - words.begin());
  const std::vector<std::string> known(words.begin(), words.end());
  const auto near = nearest(text, known);
  return fail(std::format("'{}' is not {}", printable(text, 80), codec.type.name),
              near ? std::format("did you mean '{}'? allowed: {}", *near, join(known, ", "))
                   : std::format("allowed: {}", join(known, ", ")));
}

template <typename T, const Codec<T>& codec>
std::string show_word(const T& value) {
  return std::string(codec.type.words[static_cast<std::size_t>(value)]);
}

}  // namespace muster::spec::codecs
