#pragma once
// The nouns of the command line, one function each: it adds the noun's verbs to the program.
// A verb's body returns an exit status: see Exit. Main composes them; rooms hold the logic.

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/muster/output.h"
#include "core/base/result.h"

namespace muster::cli {

/// What the chosen verb ended with.
struct Session {
  int status = kDone;
  /// What was typed behind the first "--", as it was: the parser takes words in brackets apart.
  std::vector<std::string> behind_dashes = {};
};

/// What an option or an argument takes: `--help` shows the word, completion knows what it means.
namespace value {
inline constexpr const char* kFile = "FILE";
inline constexpr const char* kDirectory = "DIRECTORY";
inline constexpr const char* kCommand = "COMMAND";
inline constexpr const char* kKey = "KEY";
inline constexpr const char* kNodes = "NODES";
inline constexpr const char* kWaiting = "MAC";
inline constexpr const char* kGroup = "GROUP";
inline constexpr const char* kUser = "USER";
inline constexpr const char* kProfile = "PROFILE";
inline constexpr const char* kImage = "IMAGE";
inline constexpr const char* kLab = "LAB";
inline constexpr const char* kState = "STATE";
inline constexpr const char* kMachine = "MACHINE";
inline constexpr const char* kOperation = "OPERATION";
inline constexpr const char* kExtension = "EXTENSION";
inline constexpr const char* kTopic = "TOPIC";
inline constexpr const char* kWord = "WORD";
}  // namespace value

/// Makes `body` run when `verb` is chosen, and its status the program's. The form of the answer is
/// that of the verb's own --json. A noun that has verbs may have a body, too: it runs when no verb
/// is named.
void on_run(CLI::App& verb, Session& session, std::function<int()> body);

/// Adds --json to a verb: `on_run` sees it, and the body asks form().
void add_json(CLI::App& verb);

void add_help(CLI::App& app, Session& session);       // help
void add_spec(CLI::App& app, Session& session);       // spec check, spec schema, spec reference
void add_plan(CLI::App& app, Session& session);       // plan
void add_apply(CLI::App& app, Session& session);      // apply
void add_history(CLI::App& app, Session& session);    // history
void add_log(CLI::App& app, Session& session);        // log
void add_changes(CLI::App& app, Session& session);    // changes
void add_api(CLI::App& app, Session& session);        // api describe
void add_explain(CLI::App& app, Session& session);    // explain
void add_rollback(CLI::App& app, Session& session);   // rollback
void add_iso(CLI::App& app, Session& session);        // iso build, verify, inspect, write
void add_lab(CLI::App& app, Session& session);        // lab up, status, exec, console, down
void add_status(CLI::App& app, Session& session);     // status
void add_metrics(CLI::App& app, Session& session);    // metrics
void add_node(CLI::App& app, Session& session);       // node list, show, wait, adopt, and others
void add_group(CLI::App& app, Session& session);      // group list, show
void add_operation(CLI::App& app, Session& session);  // operation list, show, watch, cancel
void add_profile(CLI::App& app, Session& session);    // profile list
void add_image(CLI::App& app, Session& session);      // image list, show, add, set, remove
void add_discover(CLI::App& app, Session& session);   // discover show, open, ask, close
void add_dhcp(CLI::App& app, Session& session);       // dhcp show, take, proxy
void add_user(CLI::App& app, Session& session);       // user add, set, remove, rebuild, list
void add_head(CLI::App& app, Session& session);       // head keep
void add_backup(CLI::App& app, Session& session);     // backup
void add_restore(CLI::App& app, Session& session);    // restore
void add_ext(CLI::App& app, Session& session);        // ext list, install, pack, and others
void add_job(CLI::App& app, Session& session);        // job check

}  // namespace muster::cli
