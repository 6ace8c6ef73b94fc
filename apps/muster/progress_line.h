#pragma once
// Progress on the standard error: a line that is written over on a terminal that can do so, lines
// one after another elsewhere.

#include <cstddef>
#include <string_view>

namespace muster::cli {

class ProgressLine {
 public:
  /// For what the standard error is now. A terminal that calls itself "dumb" or nothing understands
  /// no escape sequences (terminfo(5)).
  ProgressLine();

  /// Whether the line is written over.
  bool is_written_over() const { return width_ > 0; }
  /// Columns of the terminal; 0 where lines are written one after another.
  std::size_t width() const { return width_; }

  /// Shows a text until the next one takes its place. Where lines are not written over it stays.
  void show(std::string_view text);
  /// Shows a text that stays.
  void keep(std::string_view text);
  /// Takes away what `show` left.
  void close();

 private:
  std::size_t width_ = 0;
  bool open_ = false;
};

}  // namespace muster::cli
