#pragma once
// Lines of tables in Markdown, of GitHub's kind.

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// The cells of a line, "| a | b |", as they are written. A bar in code, and one with a backslash
/// before it, is part of its cell; what stands behind the last other bar is no cell.
std::vector<std::string> markdown_cells(std::string_view line);

}  // namespace muster
