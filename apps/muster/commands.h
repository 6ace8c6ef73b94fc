#pragma once
// The nouns of the command line, one function each: it adds the noun's verbs to the program.
// A verb's body returns an exit status: see Exit. Main composes them; rooms hold the logic.

#include <functional>

#include <CLI/CLI.hpp>

#include "core/base/result.h"

namespace muster::cli {

/// Exit statuses of every command.
enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2, kMissing = 3 };

/// What the chosen verb ended with.
struct Session {
  int status = kDone;
};

/// Makes `body` run when `verb` is chosen, and its status the program's.
void on_run(CLI::App& verb, Session& session, std::function<int()> body);

/// Prints "muster: message; hint" on stderr and returns `status`.
int report(const Error& error, int status = kFailed);

void add_spec(CLI::App& app, Session& session);      // spec check, spec schema, spec reference
void add_iso(CLI::App& app, Session& session);       // iso build, iso verify
void add_lab(CLI::App& app, Session& session);       // lab up, status, exec, console, down
void add_status(CLI::App& app, Session& session);    // status
void add_node(CLI::App& app, Session& session);      // node list, show, why, adopt, remove
void add_discover(CLI::App& app, Session& session);  // discover open, close
void add_dhcp(CLI::App& app, Session& session);      // dhcp take, proxy
void add_user(CLI::App& app, Session& session);      // user add, remove, list
void add_job(CLI::App& app, Session& session);       // job check

}  // namespace muster::cli
