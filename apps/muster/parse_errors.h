#pragma once
// What is wrong with a command line, in this program's words: the command, what is wrong, what to
// do.

#include <span>
#include <string>

#include <CLI/CLI.hpp>

#include "apps/muster/output.h"
#include "core/base/result.h"

namespace muster::cli {

/// Whether `words`, which the parser refused, ask for JSON.
Form wanted_form(const CLI::App& app, std::span<const std::string> words);

/// `words` are those that the parser refused with `error`, without the program's name.
Error explain_parse_error(const CLI::App& app, const CLI::ParseError& error,
                          std::span<const std::string> words);

}  // namespace muster::cli
