#pragma once
// Parts of a line of Markdown, and lines that are broken: for markdown.cpp only.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

/// The text without marks: code between quotes, emphasis without stars, links with where they lead.
std::string render_inline(std::string_view text);

/// The cells of a table's line, each as render_inline makes it; one that is all code has no quotes.
std::vector<std::string> render_cells(std::string_view line);

/// Words in lines of at most `width` columns; a longer word has a line of its own.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace muster::cli
