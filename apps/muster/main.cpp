// The command line: composes the nouns, parses, runs one verb, exits with its status.

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <format>
#include <string>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/complete.h"
#include "apps/muster/parse_errors.h"
#include "apps/muster/paths.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/os/command.h"
#include "core/os/process.h"

namespace {

namespace cli = muster::cli;

void add_nouns(CLI::App& app, cli::Session& session) {
  cli::add_help(app, session);
  cli::add_explain(app, session);
  cli::add_status(app, session);
  cli::add_metrics(app, session);
  cli::add_head(app, session);
  cli::add_backup(app, session);
  cli::add_restore(app, session);
  cli::add_node(app, session);
  cli::add_operation(app, session);
  cli::add_group(app, session);
  cli::add_profile(app, session);
  cli::add_image(app, session);
  cli::add_discover(app, session);
  cli::add_dhcp(app, session);
  cli::add_user(app, session);
  cli::add_ext(app, session);
  cli::add_spec(app, session);
  cli::add_plan(app, session);
  cli::add_apply(app, session);
  cli::add_history(app, session);
  cli::add_rollback(app, session);
  cli::add_log(app, session);
  cli::add_changes(app, session);
  cli::add_api(app, session);
  cli::add_job(app, session);
  cli::add_iso(app, session);
  cli::add_lab(app, session);
}

using Words = std::vector<std::string>;

/// The words behind a hidden verb, and behind the "--" after it.
Words words_behind(const Words& words) {
  const bool separated = words.size() > 1 && words[1] == "--";
  return {words.begin() + (separated ? 2 : 1), words.end()};
}

int run(CLI::App& app, cli::Session& session, const Words& words) {
  // Half a command line is no command line: these words must not meet the parser.
  if (!words.empty() && words.front() == cli::kCompleteWord) {
    return cli::complete(app, words_behind(words));
  }
  if (!words.empty() && words.front() == cli::kPathsWord) {
    return cli::print_paths(app, words_behind(words));
  }
  try {
    const auto dashes = std::ranges::find(words, "--");
    if (dashes != words.end()) session.behind_dashes.assign(dashes + 1, words.end());
    // The parser takes the last word first.
    app.parse(Words(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    // Help and version are no errors.
    if (error.get_exit_code() == 0) return app.exit(error);
    cli::set_form(cli::wanted_form(app, words));
    return cli::report(cli::explain_parse_error(app, error, words), cli::kUsage);
  }
  return session.status;
}

/// `run`, and what the libraries throw as a status. The errno of a write that failed goes to
/// `cause`.
int run_safely(CLI::App& app, cli::Session& session, const Words& words, int& cause) {
  try {
    return run(app, session, words);
  } catch (const nlohmann::json::exception& error) {
    return cli::report(
        {.message = std::format("the daemon's answer is not understood: {}",
                                muster::printable(error.what())),
         .hint = "compare 'muster --version' and 'musterd --version'; restart musterd after an "
                 "upgrade"});
  } catch (const std::filesystem::filesystem_error& error) {
    return cli::report({.message = muster::printable(error.what()), .hint = ""});
  } catch (const std::system_error& error) {
    const int write_errno = errno;
    // What std::print throws when the answer cannot be written is told once that is certain.
    if (std::ferror(stdout) == 0) {
      return cli::report({.message = muster::printable(error.what()), .hint = ""});
    }
    // The exception itself always says EIO.
    cause = write_errno;
    return cli::kFailed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  muster::os::open_standard_streams();
  CLI::App app("Muster: one ISO, one cluster.", "muster");
  app.require_subcommand(1);
  app.set_version_flag("--version", muster::muster_version());
  muster::os::end_programs_on_signals();
  cli::Session session;
  add_nouns(app, session);
  int cause = 0;
  const int status = run_safely(app, session, Words(argv + 1, argv + argc), cause);
  return cli::finish_output(status, cause);
}
