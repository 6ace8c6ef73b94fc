// The command line: composes the nouns, parses, runs one verb, exits with its status.

#include <cstdio>

#include "apps/muster/commands.h"

namespace {

void add_nouns(CLI::App& app, muster::cli::Session& session) {
  namespace cli = muster::cli;
  cli::add_status(app, session);
  cli::add_node(app, session);
  cli::add_discover(app, session);
  cli::add_dhcp(app, session);
  cli::add_user(app, session);
  cli::add_spec(app, session);
  cli::add_job(app, session);
  cli::add_iso(app, session);
  cli::add_lab(app, session);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Muster: one ISO, one cluster.", "muster");
  app.require_subcommand(1);
  app.set_version_flag("--version", MUSTER_VERSION);
  muster::cli::Session session;
  add_nouns(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? muster::cli::kDone : muster::cli::kUsage;
  }
  return session.status;
}
