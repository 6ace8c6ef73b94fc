#pragma once
// The program's own nouns, verbs and options as data: for completion and for errors.

#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace muster::cli {

/// The verb or noun of this name below `app`; none when there is no such one.
const CLI::App* find_verb(const CLI::App& app, std::string_view name);

/// The option that "--firmware" or "-o" names; none when there is no such one.
const CLI::Option* find_option(const CLI::App& verb, std::string_view word);

bool takes_value(const CLI::Option& option);

/// Names of the nouns or verbs below `app`, but for those that people do not type.
std::vector<std::string> verbs_of(const CLI::App& app);

/// "--json", "--timeout".
std::vector<std::string> options_of(const CLI::App& verb);

}  // namespace muster::cli
