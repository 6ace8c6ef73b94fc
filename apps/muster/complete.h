#pragma once
// Completion for shells: what may stand where the cursor is. The nouns, verbs, options and words of
// the program itself are the only source; packaging/completion/muster hands the shell's words over.
// Not here: names that live outside the program (complete_names.h).

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace muster::cli {

/// The word that the shell passes first when it asks; no noun, and in no help text.
inline constexpr std::string_view kCompleteWord = "complete";

/// Where the cursor is: behind which verb, and in what.
struct Cursor {
  const CLI::App* verb = nullptr;
  /// The option or argument whose value is being typed; none where an option or a verb may stand.
  const CLI::Option* value = nullptr;
  /// The arguments that stand before it; no verb follows an argument.
  std::vector<std::string> arguments = {};
  /// What is typed of the value, verb or option so far.
  std::string prefix;
  /// What stands before `prefix` in the same word and stays: "--firmware=", "n001,".
  std::string kept;
  /// Values of options that were typed before, by their long names: "name" is "lab2".
  std::map<std::string, std::string> given = {};
};

/// Finds the cursor, which is at the end of the last word; the words stand behind "muster".
Cursor find_cursor(const CLI::App& program, std::span<const std::string> words);

/// What the program itself allows there: verbs, options, or the words of an enumeration.
std::vector<std::string> words_at(const Cursor& cursor);

/// The kind of value there, such as "FILE" (commands.h, namespace value); empty without a value.
std::string kind_at(const Cursor& cursor);

/// Prints one candidate a line. ":file", ":directory" and ":command" ask the shell for its own.
int complete(const CLI::App& program, std::span<const std::string> words);

}  // namespace muster::cli
