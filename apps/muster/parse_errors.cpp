#include "apps/muster/parse_errors.h"

#include <algorithm>
#include <format>
#include <optional>
#include <vector>

#include "apps/muster/commands.h"
#include "apps/muster/verbs.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

/// The verb that the words name as far as they name one, and the words behind it.
struct Place {
  const CLI::App* verb = nullptr;
  /// "muster node list".
  std::string command;
  std::span<const std::string> rest;
};

Place find_place(const CLI::App& app, std::span<const std::string> words) {
  Place place{.verb = &app, .command = app.get_name(), .rest = words};
  while (!place.rest.empty()) {
    const CLI::App* const verb = find_verb(*place.verb, place.rest.front());
    if (verb == nullptr) break;
    place.verb = verb;
    place.command += " " + place.rest.front();
    place.rest = place.rest.subspan(1);
  }
  return place;
}

std::string help_of(const Place& place) {
  return std::format("'{} --help' says more", place.command);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names,
                         const std::string& otherwise) {
  const auto near = nearest(word, names);
  return near ? std::format("did you mean '{}'?", *near) : otherwise;
}

/// A word where a noun or verb should stand, or none.
std::optional<Error> wrong_verb(const Place& place) {
  const auto names = verbs_of(*place.verb);
  if (names.empty()) return std::nullopt;
  const std::string all = "there are " + join(names, ", ");
  if (place.rest.empty()) {
    return Error{.message = std::format("'{}' alone does nothing", place.command), .hint = all};
  }
  const std::string& word = place.rest.front();
  if (word.starts_with('-')) return std::nullopt;
  return Error{.message = std::format("there is no '{}'", printable(word)),
               .hint = did_you_mean(word, names, all)};
}

/// The first word that stands as an option and is none.
std::optional<Error> wrong_option(const Place& place) {
  for (std::size_t i = 0; i < place.rest.size(); ++i) {
    const std::string& word = place.rest[i];
    if (word == "--") break;
    if (!word.starts_with('-')) {
      if (place.verb->get_positionals_at_end()) break;
      continue;
    }
    // "-oFILE" has its value in the same word.
    const bool is_short = !word.starts_with("--");
    const std::string name = is_short ? word.substr(0, 2) : word.substr(0, word.find('='));
    const CLI::Option* const option = find_option(*place.verb, name);
    if (option == nullptr) {
      return Error{
          .message = std::format("'{}' has no option '{}'", place.command, printable(name)),
          .hint = did_you_mean(name, options_of(*place.verb), help_of(place))};
    }
    // What follows is its value, whatever it looks like.
    if (takes_value(*option) && name == word) ++i;
  }
  return std::nullopt;
}

bool takes_nodes(const CLI::App& verb) {
  return std::ranges::any_of(verb.get_options(), [](const CLI::Option* option) {
    return option->get_positional() && option->get_type_name() == value::kNodes;
  });
}

/// CLI11 says "The following argument was not expected: b".
Error too_many(const Place& place, const std::string& said) {
  const std::size_t colon = said.rfind(": ");
  const std::string word = colon == std::string::npos ? said : said.substr(colon + 2);
  return {.message = std::format("'{}' does not take '{}'", place.command, printable(word)),
          .hint = takes_nodes(*place.verb)
                      ? "several nodes are one word: 'n001,n002' or 'n[001-002]'"
                      : help_of(place)};
}

}  // namespace

Form wanted_form(const CLI::App& app, std::span<const std::string> words) {
  const Place place = find_place(app, words);
  const auto end = std::ranges::find(place.rest, "--");
  const bool asked = std::ranges::find(place.rest.begin(), end, "--json") != end;
  return asked && find_option(*place.verb, "--json") != nullptr ? Form::json : Form::text;
}

Error explain_parse_error(const CLI::App& app, const CLI::ParseError& error,
                          std::span<const std::string> words) {
  const auto is = [&](CLI::ExitCodes code) {
    return error.get_exit_code() == static_cast<int>(code);
  };
  const Place place = find_place(app, words);
  if (auto wrong = wrong_verb(place)) return *wrong;
  const bool counts = is(CLI::ExitCodes::ExtrasError) || is(CLI::ExitCodes::RequiredError);
  if (auto wrong = counts ? wrong_option(place) : std::nullopt) return *wrong;
  std::string said = error.what();
  constexpr std::string_view kMissing = " is required";
  constexpr std::string_view kOtherType = "Could not convert: ";
  if (is(CLI::ExitCodes::ExtrasError)) return too_many(place, said);
  if (is(CLI::ExitCodes::RequiredError) && said.ends_with(kMissing)) {
    said = std::format("'{}' needs '{}'", place.command,
                       said.substr(0, said.size() - kMissing.size()));
  } else if (said.starts_with(kOtherType)) {
    said = std::format("'{}': no such value: {}", place.command, said.substr(kOtherType.size()));
  } else {
    said = std::format("'{}': {}", place.command, said);
  }
  return {.message = printable(said, 400), .hint = help_of(place)};
}

}  // namespace muster::cli
