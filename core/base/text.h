#pragma once
// Small text tools that more than one room needs. All are pure; text is UTF-8.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster {

/// The parts between `separator`s; an empty text gives no parts.
std::vector<std::string> split(std::string_view text, char separator);

/// The lines of a text, without their ends ("\n" or "\r\n").
std::vector<std::string> lines(std::string_view text);

/// The text of a file that somebody gives, without the byte-order mark that some editors put at its
/// start (Unicode Standard §23.8). Errors: it is UTF-16 or UTF-32, as "Unicode" is on Windows.
Result<std::string_view> decode_text(std::string_view bytes);

/// The text without blanks, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

std::string join(std::span<const std::string> parts, std::string_view separator);

/// The text in lower case, ASCII letters only.
std::string lower(std::string_view text);

/// The same in upper case.
std::string upper(std::string_view text);

/// The text with `by` in place of each `word`, which is not empty. What `by` brings is not looked
/// at again.
std::string replace_all(std::string text, std::string_view word, std::string_view by);

/// The candidate nearest to `word` by edit distance, when near enough to be a slip of the finger.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// The text made safe to show on a terminal or in a log: control characters, and bytes that are not
/// UTF-8, become `\xNN`; at most `limit` bytes are kept.
std::string printable(std::string_view text, std::size_t limit = 512);

/// Lower-case hexadecimal of the bytes.
std::string hex(std::span<const unsigned char> bytes);

/// A whole decimal number and nothing else; none when it is not one or does not fit.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// A whole hexadecimal number in letters of either case, without "0x" and nothing else; none when
/// the text is not one or does not fit.
std::optional<std::uint32_t> parse_hex(std::string_view text);

/// A Linux host label: letters, digits and inner hyphens, at most 63 (RFC 1123 §2.1).
bool is_host_label(std::string_view text);

}  // namespace muster
