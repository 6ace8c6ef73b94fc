#include "core/spec/yaml_text.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"

namespace muster::spec {
namespace {

/// An error of the library, recognised by a part of its message, in words for people.
struct Explanation {
  std::string_view part;
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view kBadIndentation = "the indentation does not fit the lines above";
constexpr std::string_view kSameColumn =
    "keys of one section, and '-' of one list, start in the "
    "same column";

constexpr std::array<Explanation, 9> kExplanations = {{
    {"flow not found", "a '[' or '{' is not closed", "close it, with ',' between its values"},
    {"flow end", "this closes nothing", "remove it, or put quotes around the value"},
    {"illegal tab", "there is a tab where indentation is expected",
     "indent with blanks: YAML allows no tabs"},
    {"illegal map value", "there is ': ' where no key can be",
     "check the indentation, and put quotes around a value that contains ': ', and check the "
     "indentation"},
    {"illegal block entry", "there is '- ' where no list can be", kSameColumn},
    {"end of map", kBadIndentation, kSameColumn},
    {"end of sequence", kBadIndentation, kSameColumn},
    {"anchor is not defined", "the alias names nothing",
     "an alias '*name' needs '&name' before it"},
    {"unknown token", "no value can start with this character", "put quotes around the value"},
}};

/// Behind the '&name' and '!tag' that may stand before a value.
std::size_t skip_properties(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    at = std::min(text.find_first_of(" \t\r\n", at), text.size());
    at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  }
  return at;
}

/// Where the key of a line starts, behind the dashes of lists; the line's length when it has none.
std::size_t key_column(std::string_view line) {
  std::size_t at = line.find_first_not_of(" \t");
  while (at < line.size() && line.substr(at, 2) == "- ") at = line.find_first_not_of(" \t", at + 1);
  return std::min(at, line.size());
}

bool has_closing_quote(std::string_view text, char quote) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = quote == '"' ? text[i] == '\\' : text.substr(i, 2) == "''";
    if (pair) {
      ++i;
    } else if (text[i] == quote) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<YamlProblem> find_bad_byte(std::string_view text) {
  int number = 0;
  for (std::string line : lines(text)) {
    ++number;
    std::ranges::replace(line, '\t', ' ');
    const std::string shown = printable(line, line.size() * 4 + 1);
    if (shown == line) continue;
    const auto bad = std::ranges::mismatch(line, shown).in1;
    const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return YamlProblem{
        .mark = {number, static_cast<int>(std::count_if(line.begin(), bad, starts)) + 1},
        .message = std::format("byte 0x{:02x} is not text", static_cast<unsigned char>(*bad)),
        .hint = *bad == '\r' ? "save the file with line ends of Unix, and not of an old Macintosh"
                             : "save the file as plain text in UTF-8"};
  }
  return std::nullopt;
}

std::optional<YamlProblem> find_late_directive(std::string_view text) {
  int number = 0;
  bool begun = false;
  for (const std::string& line : lines(text)) {
    ++number;
    const bool directive = line.starts_with('%');
    begun = begun || !(directive || trim(line).empty() || line.starts_with('#'));
    if (directive && begun) {
      return YamlProblem{
          .mark = {number, 1},
          .message = "a line begins with '%', as directives of YAML before a file do",
          .hint = "put quotes around the text, or a '#' before a comment"};
    }
  }
  return std::nullopt;
}

YamlText::YamlText(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

std::size_t YamlText::offset(int line, int column) const {
  const auto index = static_cast<std::size_t>(std::max(line, 0));
  if (index >= starts_.size()) return text_.size();
  return std::min(starts_[index] + static_cast<std::size_t>(std::max(column, 0)), text_.size());
}

std::string_view YamlText::line(int number) const {
  const std::size_t start = offset(number, 0);
  return text_.substr(start, text_.find('\n', start) - start);
}

Mark YamlText::mark(int line_number, int column) const {
  if (line_number < 0) return Mark{};
  const std::string_view before =
      line(line_number).substr(0, static_cast<std::size_t>(std::max(column, 0)));
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return Mark{.line = line_number + 1,
              .column = static_cast<int>(std::ranges::count_if(before, starts)) + 1};
}

Mark YamlText::mark_of_nothing(int line_number, int column) const {
  const std::size_t start = offset(line_number, 0);
  const std::size_t at = offset(line_number, column);
  if (!trim(text_.substr(start, at - start)).empty()) return mark(line_number, column);
  for (int number = line_number - 1; number >= 0; --number) {
    const std::string_view text = trim(line(number));
    if (text.empty() || text.starts_with('#')) continue;
    return mark(number, static_cast<int>(line(number).find_first_not_of(" \t")));
  }
  return mark(line_number, column);
}

bool YamlText::closes_its_quote(int line_number, int column) const {
  const std::size_t at = skip_properties(text_, offset(line_number, column));
  if (at >= text_.size() || (text_[at] != '"' && text_[at] != '\'')) return true;
  return has_closing_quote(text_.substr(at + 1), text_[at]);
}

std::string_view YamlText::line_above(int number) const {
  while (--number >= 0) {
    const std::string_view text = trim(line(number));
    if (!text.empty() && !text.starts_with('#')) return line(number);
  }
  return {};
}

std::optional<YamlProblem> YamlText::explain_deeper_line(int line_number) const {
  const std::string_view own = line(line_number);
  const std::string_view above = line_above(line_number);
  const std::size_t start = key_column(above);
  const std::size_t colon = above.find(": ", start);
  // Below a key that has its value nothing can be indented further.
  if (colon == std::string_view::npos || key_column(own) <= start) return std::nullopt;
  return YamlProblem{mark(line_number, static_cast<int>(key_column(own))),
                     "the line is indented further than the line above it",
                     std::format("start it in the same column as '{}', which has its value already",
                                 printable(above.substr(start, colon - start), 80))};
}

YamlProblem YamlText::explain(std::string_view message, int line_number, int column) const {
  const Mark place = mark(line_number, column);
  const std::string_view own = line(line_number);
  const std::string_view indent = own.substr(0, own.find_first_not_of(" \t"));
  if (message.contains("illegal map value") && !indent.contains('\t')) {
    if (auto deeper = explain_deeper_line(line_number)) return *deeper;
  }
  for (const Explanation& known : kExplanations) {
    const bool tab = indent.contains('\t') && known.part == "illegal tab";
    if (!tab && (indent.contains('\t') || !message.contains(known.part))) continue;
    return {place, std::string(known.message), std::string(known.hint)};
  }
  return {place, std::format("this is not YAML: {}", printable(message, 200)),
          "check quotes, brackets and the indentation here and in the line above"};
}

YamlProblem YamlText::explain_second_document(int line_number, int column) const {
  const Mark place = mark(line_number, column);
  const bool marked = line(line_number).starts_with("---") ||
                      (line_number > 0 && line(line_number - 1).starts_with("..."));
  if (marked) return {place, "a second document starts here", "describe one cluster in one file"};
  return {place, std::string(kBadIndentation), std::string(kSameColumn)};
}

}  // namespace muster::spec
