#include "explain/explanations.h"

#include <algorithm>
#include <optional>

#include "core/base/markdown_table.h"
#include "core/base/text.h"

namespace muster::explain {
namespace {

constexpr std::string_view kAnchor = "<a id=\"";
constexpr std::string_view kAnchorEnd = "\"></a>";
constexpr std::string_view kAny = "…";
/// Shorter ones are words of commands, or would be in many texts.
constexpr std::size_t kFewestLetters = 12;

/// The fixed parts of a message, without the blanks at their ends: "…" may stand for nothing.
std::vector<std::string_view> pieces_of(std::string_view message) {
  std::vector<std::string_view> pieces;
  while (true) {
    const auto end = message.find(kAny);
    const std::string_view piece = trim(message.substr(0, end));
    if (!piece.empty()) pieces.push_back(piece);
    if (end == message.npos) return pieces;
    message.remove_prefix(end + kAny.size());
  }
}

std::size_t letters_of(std::string_view message) {
  std::size_t letters = 0;
  for (const std::string_view piece : pieces_of(message)) letters += piece.size();
  return letters;
}

/// What stands between quotes of code and is no command or path.
std::vector<std::string> messages_in(std::string_view cell) {
  std::vector<std::string> messages;
  const std::vector<std::string> parts = split(cell, '`');
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    const bool is_message = !parts[i].starts_with("muster ") && !parts[i].starts_with('/') &&
                            letters_of(parts[i]) >= kFewestLetters;
    if (is_message) messages.push_back(parts[i]);
  }
  return messages;
}

std::optional<Explanation> parse_row(std::string_view line, std::string_view section) {
  if (!line.starts_with("| ")) return std::nullopt;
  const std::vector<std::string> cells = markdown_cells(line);
  if (cells.size() < 3 || !cells[0].starts_with(kAnchor)) return std::nullopt;
  const auto end = cells[0].find(kAnchorEnd);
  if (end == std::string::npos) return std::nullopt;
  Explanation row{.id = cells[0].substr(kAnchor.size(), end - kAnchor.size()),
                  .section = std::string(section),
                  .seen = cells[0].substr(end + kAnchorEnd.size()),
                  .cause = cells[1],
                  .next = cells[2],
                  .messages = {}};
  row.messages = messages_in(row.seen);
  return row;
}

/// Whether a text has the parts of a message in their order.
bool has_message(std::string_view text, std::string_view message) {
  for (const std::string_view piece : pieces_of(message)) {
    const auto place = text.find(piece);
    if (place == text.npos) return false;
    text.remove_prefix(place + piece.size());
  }
  return true;
}

}  // namespace

std::vector<Explanation> parse_explanations(std::string_view page) {
  std::vector<Explanation> rows;
  std::string section;
  for (const std::string& line : lines(page)) {
    if (line.starts_with("## ")) section = line.substr(3);
    auto row = parse_row(line, section);
    if (row) rows.push_back(std::move(*row));
  }
  return rows;
}

const std::vector<Explanation>& explanations() {
  static const std::vector<Explanation> rows = parse_explanations(kPage);
  return rows;
}

const Explanation* find_explanation(std::string_view id) {
  const auto found = std::ranges::find(explanations(), id, &Explanation::id);
  return found == explanations().end() ? nullptr : &*found;
}

const Explanation* explain_text(std::string_view text) {
  const Explanation* best = nullptr;
  std::size_t most = 0;
  for (const Explanation& row : explanations()) {
    for (const std::string& message : row.messages) {
      const std::size_t letters = letters_of(message);
      if (letters <= most || !has_message(text, message)) continue;
      most = letters;
      best = &row;
    }
  }
  return best;
}

std::string id_of(std::string_view text) {
  const Explanation* const row = explain_text(text);
  return row == nullptr ? std::string() : row->id;
}

}  // namespace muster::explain
