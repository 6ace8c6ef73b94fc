// The command line: composes the nouns, parses, runs one verb, exits with its status.

#include <algorithm>
#include <cstdio>
#include <format>
#include <optional>
#include <print>
#include <string>
#include <vector>

#include "apps/muster/commands.h"
#include "apps/muster/complete.h"
#include "core/base/text.h"
#include "core/os/command.h"

namespace {

void add_nouns(CLI::App& app, muster::cli::Session& session) {
  namespace cli = muster::cli;
  cli::add_status(app, session);
  cli::add_head(app, session);
  cli::add_node(app, session);
  cli::add_profile(app, session);
  cli::add_discover(app, session);
  cli::add_dhcp(app, session);
  cli::add_user(app, session);
  cli::add_spec(app, session);
  cli::add_plan(app, session);
  cli::add_job(app, session);
  cli::add_iso(app, session);
  cli::add_lab(app, session);
}

/// The words that a shell asks about: all behind "complete", and behind the "--" after it.
std::vector<std::string> asked_words(int argc, char** argv) {
  std::vector<std::string> words(argv + 2, argv + argc);
  if (!words.empty() && words.front() == "--") words.erase(words.begin());
  return words;
}

/// The first word that names no noun or verb; none when another thing is wrong with the words.
std::optional<std::string> unknown_verb(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto verbs = at->get_subcommands([](const CLI::App*) { return true; });
    if (word.starts_with('-') || verbs.empty()) return std::nullopt;
    const auto found = std::ranges::find(verbs, word, &CLI::App::get_name);
    if (found == verbs.end()) {
      std::vector<std::string> names;
      for (const CLI::App* verb : verbs) names.push_back(verb->get_name());
      const auto near = muster::nearest(word, names);
      return std::format("there is no '{}'; {}", muster::printable(word),
                         near ? std::format("did you mean '{}'?", *near)
                              : "there are " + muster::join(names, ", "));
    }
    at = *found;
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Muster: one ISO, one cluster.", "muster");
  app.require_subcommand(1);
  app.set_version_flag("--version", MUSTER_VERSION);
  muster::os::end_programs_on_signals();
  muster::cli::Session session;
  add_nouns(app, session);
  // Half a command line is no command line: these words must not meet the parser.
  if (argc > 1 && argv[1] == muster::cli::kCompleteWord) {
    return muster::cli::complete(app, asked_words(argc, argv));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (const auto unknown = unknown_verb(app, argc, argv)) {
      std::println(stderr, "muster: {}", *unknown);
      return muster::cli::kUsage;
    }
    const int status = app.exit(error);
    return status == 0 ? muster::cli::kDone : muster::cli::kUsage;
  }
  return session.status;
}
