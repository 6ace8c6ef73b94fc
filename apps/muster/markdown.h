#pragma once
// Muster's own documents as text for a terminal: the part of CommonMark that docs/ uses (headings,
// paragraphs, lists, code, tables of GitHub's kind, links).

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::cli {

/// The document as plain text, its lines broken to fit `width` columns. Code is never broken.
std::string render_markdown(std::string_view text, std::size_t width);

/// The text of the first heading; empty when there is none.
std::string find_title(std::string_view text);

}  // namespace muster::cli
