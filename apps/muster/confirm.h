#pragma once
// One mechanism for every verb that destroys: it says what it is about to do and asks, on a
// terminal; --yes is for programs, --dry-run only tells. Whatever cannot be asked is not done.

#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace muster::cli {

/// What was said on the command line.
struct ConfirmOptions {
  bool yes = false;
  bool dry_run = false;

  /// Adds --yes and --dry-run to a verb.
  void add_to(CLI::App& verb);
};

/// What a verb is about to do.
struct Deed {
  /// "forget 40 nodes n[001-040]".
  std::string what;
  /// What follows from it, a sentence: "their machines are unknown when they boot again".
  std::string consequence;
  /// The verb's answer when it is done, for programs; an object.
  nlohmann::json answer;
};

/// Asks; none when the verb is to go on, else the status that it ends with: it was only to be told,
/// the answer was no, or nobody is there to be asked.
std::optional<int> stop_before(const Deed& deed, const ConfirmOptions& options);

}  // namespace muster::cli
