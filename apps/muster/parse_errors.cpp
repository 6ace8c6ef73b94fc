#include "apps/muster/parse_errors.h"

#include <algorithm>
#include <format>
#include <optional>
#include <vector>

#include "apps/muster/commands.h"
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

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& verbs) {
  std::vector<std::string> names;
  for (const CLI::App* verb : verbs) names.push_back(verb->get_name());
  return names;
}

Place find_place(const CLI::App& app, std::span<const std::string> words) {
  Place place{.verb = &app, .command = app.get_name(), .rest = words};
  while (!place.rest.empty()) {
    const auto verbs = verbs_of(*place.verb);
    const auto found = std::ranges::find(verbs, place.rest.front(), &CLI::App::get_name);
    if (found == verbs.end()) break;
    place.verb = *found;
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
  const auto verbs = verbs_of(*place.verb);
  if (verbs.empty()) return std::nullopt;
  const auto names = names_of(verbs);
  const std::string all = "there are " + join(names, ", ");
  if (place.rest.empty()) {
    return Error{.message = std::format("'{}' alone does nothing", place.command), .hint = all};
  }
  const std::string& word = place.rest.front();
  if (word.starts_with('-')) return std::nullopt;
  return Error{.message = std::format("there is no '{}'", printable(word)),
               .hint = did_you_mean(word, names, all)};
}

/// The first word that looks like an option and is none.
std::optional<Error> wrong_option(const Place& place) {
  std::vector<std::string> names;
  for (const CLI::Option* option : place.verb->get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const std::string& word : place.rest) {
    if (word == "--") break;
    const std::string name = word.substr(0, word.find('='));
    const bool known = !name.starts_with('-') || name == "-h" || std::ranges::contains(names, name);
    if (known) continue;
    return Error{.message = std::format("'{}' has no option '{}'", place.command, printable(name)),
                 .hint = did_you_mean(name, names, help_of(place))};
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

Error explain_parse_error(const CLI::App& app, const CLI::ParseError& error,
                          std::span<const std::string> words) {
  const Place place = find_place(app, words);
  if (auto wrong = wrong_verb(place)) return *wrong;
  if (auto wrong = wrong_option(place)) return *wrong;
  std::string said = error.what();
  constexpr std::string_view kMissing = " is required";
  constexpr std::string_view kOtherType = "Could not convert: ";
  const auto is = [&](CLI::ExitCodes code) {
    return error.get_exit_code() == static_cast<int>(code);
  };
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
