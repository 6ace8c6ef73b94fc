// The command line: composes the nouns, parses, runs one verb, exits with its status.

#include <string>
#include <vector>

#include "apps/muster/commands.h"
#include "apps/muster/complete.h"
#include "apps/muster/parse_errors.h"
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
    // Help and version are no errors.
    if (error.get_exit_code() == 0) return app.exit(error);
    const std::vector<std::string> words(argv + 1, argv + argc);
    return muster::cli::report(muster::cli::explain_parse_error(app, error, words),
                               muster::cli::kUsage);
  }
  return session.status;
}
