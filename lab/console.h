#pragma once
// A machine's console: everything that firmware, boot loader and kernel wrote on its serial line.

#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace muster::lab {

/// The text without terminal control sequences (ECMA-48) and without carriage returns, each control
/// character that is left made visible: safe to print, and what a person would have read.
std::string render_console(std::string_view raw);

/// The last lines of a file that are not blank, as render_console gives them; empty when the file
/// cannot be read.
std::string last_lines(const std::filesystem::path& file, std::size_t count);

}  // namespace muster::lab
