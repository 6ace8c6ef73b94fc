#pragma once
// Text in columns for people: what a text takes of a terminal's line, tables, times.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

/// How many columns of a terminal a text takes: none for a combining mark, two for a Chinese
/// character (wcwidth(3)). A byte that is not UTF-8 takes one.
std::size_t display_width(std::string_view text);

/// The text, or its beginning and "…" when it takes more than `width` columns.
std::string cut_to(std::string_view text, std::size_t width);

/// Columns of the terminal that shows the standard output; 0 when none does.
std::size_t terminal_width();

/// Rows as columns of equal width; the first row is the head line. A line longer than `width` is
/// cut; 0 is no limit.
std::string render_table(const std::vector<std::vector<std::string>>& rows,
                         std::size_t width = terminal_width());

/// What a cell shows that has nothing to show.
std::string or_dash(std::string text);

/// A line of a sheet about one thing: a word, and what there is to say of it.
std::string sheet_line(std::string_view key, const std::string& text);

/// Whether a time is shown with its date.
enum class ShowDate { no, yes };

/// "14:03:07" or "2026-11-25 14:03:07", local time. Units: milliseconds since 1970.
std::string clock_time(std::int64_t time_ms, ShowDate date);

/// Of a time that is read at `now_ms`: one of another day is not understood without its date.
ShowDate date_for(std::int64_t time_ms, std::int64_t now_ms);

/// How wide text is printed: as the terminal, and no wider than people read easily.
std::size_t text_width();

}  // namespace muster::cli
