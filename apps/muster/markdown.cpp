#include "apps/muster/markdown.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "apps/muster/markdown_inline.h"
#include "apps/muster/table.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

/// Columns between two of a table.
constexpr std::size_t kGap = 2;
/// A table's column is not made narrower than this.
constexpr std::size_t kNarrowest = 8;

using Row = std::vector<std::string>;

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// "## " is 2; 0 is no heading.
std::size_t heading_level(std::string_view line) {
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  return level < line.size() && line[level] == ' ' ? level : 0;
}

/// The length of "- " or "12. " at the beginning; 0 is no item of a list.
std::size_t bullet_size(std::string_view line) {
  if (line.starts_with("- ") || line.starts_with("* ")) return 2;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  return digits > 0 && line.substr(digits).starts_with(". ") ? digits + 2 : 0;
}

/// "|---|---|" under a table's head line.
bool is_rule(std::string_view line) {
  return line.find_first_not_of("|-: ") == std::string_view::npos;
}

/// Widths of a table's columns that fit: the widest gives first.
std::vector<std::size_t> fit_columns(std::span<const Row> rows, std::size_t width) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  const std::size_t gaps = widths.empty() ? 0 : (widths.size() - 1) * kGap;
  while (std::accumulate(widths.begin(), widths.end(), gaps) > width) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= kNarrowest) break;
    --*widest;
  }
  return widths;
}

std::string pad(const std::string& text, std::size_t width) {
  const std::size_t taken = display_width(text);
  return text + std::string(taken < width ? width - taken : 0, ' ');
}

/// A row whose cells are broken to their columns, without blanks at the ends of its lines.
std::string render_row(const Row& row, std::span<const std::size_t> widths) {
  std::vector<std::vector<std::string>> cells;
  std::size_t height = 1;
  for (std::size_t i = 0; i < row.size(); ++i) {
    cells.push_back(wrap(row[i], widths[i]));
    height = std::max(height, cells.back().size());
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    std::string shown;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string part = line < cells[i].size() ? cells[i][line] : "";
      shown += pad(part, widths[i] + kGap);
    }
    text += shown.substr(0, shown.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

class Document {
 public:
  Document(std::string_view text, std::size_t width) : lines_(lines(text)), width_(width) {}

  std::string render() {
    while (at_ < lines_.size()) {
      const std::string& line = lines_[at_];
      if (trim(line).empty()) {
        ++at_;
      } else if (line.starts_with("<!--")) {
        skip_comment();
      } else if (line.starts_with("```")) {
        take_fenced();
      } else if (indent_of(line) >= 4) {
        take_indented();
      } else if (line.starts_with('|')) {
        take_table();
      } else if (heading_level(line) > 0) {
        take_heading();
      } else {
        take_text();
      }
    }
    return std::move(text_);
  }

 private:
  /// A block stands behind a blank line, but for an item of a list behind another.
  void begin(bool is_item) {
    if (!text_.empty() && !(is_item && after_item_)) text_ += "\n";
    after_item_ = is_item;
  }

  void skip_comment() {
    while (at_ < lines_.size() && !lines_[at_].contains("-->")) ++at_;
    ++at_;
  }

  void take_fenced() {
    begin(false);
    for (++at_; at_ < lines_.size() && !lines_[at_].starts_with("```"); ++at_) {
      text_ += "    " + lines_[at_] + "\n";
    }
    ++at_;
  }

  void take_indented() {
    begin(false);
    std::size_t blank = 0;
    for (; at_ < lines_.size(); ++at_) {
      const bool is_blank = trim(lines_[at_]).empty();
      if (!is_blank && indent_of(lines_[at_]) < 4) break;
      blank = is_blank ? blank + 1 : 0;
      if (!is_blank) text_ += lines_[at_];
      text_ += "\n";
    }
    text_.resize(text_.size() - blank);
  }

  void take_table() {
    begin(false);
    std::vector<Row> rows;
    for (; at_ < lines_.size() && lines_[at_].starts_with('|'); ++at_) {
      if (!is_rule(lines_[at_])) rows.push_back(render_cells(lines_[at_]));
    }
    const auto widths = fit_columns(rows, width_);
    for (const Row& row : rows) text_ += render_row(row, widths);
  }

  void take_heading() {
    begin(false);
    const std::size_t level = heading_level(lines_[at_]);
    const std::string heading = render_inline(trim(std::string_view(lines_[at_]).substr(level)));
    ++at_;
    text_ += heading + "\n";
    if (level <= 2) text_ += std::string(display_width(heading), level == 1 ? '=' : '-') + "\n";
  }

  /// A paragraph or an item of a list, up to what begins another block.
  void take_text() {
    const std::size_t indent = indent_of(lines_[at_]);
    const std::size_t bullet = bullet_size(std::string_view(lines_[at_]).substr(indent));
    begin(bullet > 0);
    std::string words(std::string_view(lines_[at_]).substr(indent + bullet));
    const std::string head = lines_[at_].substr(0, indent + bullet);
    for (++at_; at_ < lines_.size() && goes_on(lines_[at_]); ++at_) {
      words += " " + std::string(trim(lines_[at_]));
    }
    const std::string hang(head.size(), ' ');
    bool is_first = true;
    for (const std::string& line : wrap(render_inline(words), width_ - head.size())) {
      text_ += (std::exchange(is_first, false) ? head : hang) + line + "\n";
    }
  }

  /// Whether a line belongs to the paragraph or the item before it.
  static bool goes_on(std::string_view line) {
    const std::string_view words = trim(line);
    return !words.empty() && bullet_size(words) == 0 && !line.starts_with('|') &&
           !line.starts_with("```") && heading_level(line) == 0;
  }

  std::vector<std::string> lines_;
  std::size_t width_;
  std::size_t at_ = 0;
  bool after_item_ = false;
  std::string text_;
};

}  // namespace

std::string render_markdown(std::string_view text, std::size_t width) {
  return Document(text, std::max<std::size_t>(width, 20)).render();
}

std::string find_title(std::string_view text) {
  for (const std::string& line : lines(text)) {
    const std::size_t level = heading_level(line);
    if (level > 0) return render_inline(trim(std::string_view(line).substr(level)));
  }
  return {};
}

}  // namespace muster::cli
