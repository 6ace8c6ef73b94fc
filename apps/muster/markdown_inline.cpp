#include "apps/muster/markdown_inline.h"

#include <filesystem>
#include <format>

#include "apps/muster/table.h"
#include "core/base/markdown_table.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

constexpr std::string_view kAnchor = "<a id=\"";

/// Where a link leads, for a person at a terminal: a document of ours is a topic of the help.
std::string render_target(std::string_view target) {
  const std::string_view file = target.substr(0, target.find('#'));
  if (file.empty()) return {};
  if (!file.ends_with(".md")) return std::format(" ({})", target);
  return std::format(" (muster help {})", lower(std::filesystem::path(file).stem().string()));
}

std::string render_code(std::string_view code) {
  return code.contains('\'') ? std::string(code) : std::format("'{}'", code);
}

/// What stands at the beginning of a text, and what is left behind it.
struct Piece {
  std::string shown;
  std::string_view rest;
};

Piece take_code(std::string_view text) {
  const std::size_t end = text.find('`', 1);
  if (end == std::string_view::npos) return {"`", text.substr(1)};
  return {render_code(text.substr(1, end - 1)), text.substr(end + 1)};
}

Piece take_link(std::string_view text) {
  const std::size_t middle = text.find("](");
  const std::size_t end =
      middle == std::string_view::npos ? std::string_view::npos : text.find(')', middle);
  if (end == std::string_view::npos) return {"[", text.substr(1)};
  return {render_inline(text.substr(1, middle - 1)) +
              render_target(text.substr(middle + 2, end - middle - 2)),
          text.substr(end + 1)};
}

/// "*site*" alone is a word that is made to stand out: a star with a blank beside it is a star.
Piece take_emphasis(std::string_view text) {
  const std::size_t end = text.find('*', 1);
  const bool is_pair = end != std::string_view::npos && end > 1 && text[1] != ' ' &&
                       text[end - 1] != ' ' && !text.substr(1, end).contains('`');
  if (!is_pair) return {"*", text.substr(1)};
  return {render_inline(text.substr(1, end - 1)), text.substr(end + 1)};
}

/// The name of a place, which links lead to, is not shown.
Piece take_anchor(std::string_view text) {
  constexpr std::string_view kEnd = "</a>";
  const std::size_t end = text.find(kEnd);
  if (end == std::string_view::npos) return {"<", text.substr(1)};
  return {"", text.substr(end + kEnd.size())};
}

Piece take(std::string_view text) {
  if (text.starts_with(kAnchor)) return take_anchor(text);
  if (text.starts_with('`')) return take_code(text);
  if (text.starts_with('[')) return take_link(text);
  if (text.starts_with("**")) return {"", text.substr(2)};
  if (text.starts_with('*')) return take_emphasis(text);
  if (text.starts_with("\\|")) return {"|", text.substr(2)};
  return {std::string(1, text.front()), text.substr(1)};
}

std::string render_cell(std::string_view cell) {
  if (cell.starts_with(kAnchor)) cell = take_anchor(cell).rest;
  const bool is_code = cell.size() > 2 && cell.starts_with('`') && cell.ends_with('`') &&
                       cell.find('`', 1) == cell.size() - 1;
  return is_code ? std::string(cell.substr(1, cell.size() - 2)) : render_inline(cell);
}

}  // namespace

std::string render_inline(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    Piece piece = take(text);
    shown += piece.shown;
    text = piece.rest;
  }
  return shown;
}

std::vector<std::string> render_cells(std::string_view line) {
  std::vector<std::string> cells = markdown_cells(line);
  for (std::string& cell : cells) cell = render_cell(cell);
  return cells;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> wrapped(1);
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    std::string& line = wrapped.back();
    if (line.empty()) {
      line = word;
    } else if (display_width(line) + 1 + display_width(word) <= width) {
      line += " " + word;
    } else {
      wrapped.push_back(word);
    }
  }
  return wrapped;
}

}  // namespace muster::cli
