#pragma once
// Long text for a person: page by page on a terminal, as it is elsewhere.

#include <string_view>

namespace muster::cli {

/// Prints `text`; one that is longer than the terminal goes through $PAGER, or less(1) when that is
/// not set, and this function does not return then. The variable's words are a program and its
/// arguments, no shell's.
void show_long(std::string_view text);

}  // namespace muster::cli
