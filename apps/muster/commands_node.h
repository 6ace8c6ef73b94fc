#pragma once
// What the files of the noun `node` share.

#include <chrono>
#include <string>

#include "apps/muster/commands.h"
#include "core/base/node_set.h"

namespace muster::cli {

/// Whether a verb must be told which nodes it is about.
enum class NodesNeeded { no, yes };

/// A verb with an argument that names nodes, which goes to `nodes`, and with --json.
CLI::App& add_node_verb(CLI::App& noun, const std::string& name, const std::string& help,
                        std::string& nodes, NodesNeeded needed);

/// The option --deadline of a verb that begins an operation: "8 h" goes to `deadline`. `help`: what
/// ends then.
CLI::Option* add_deadline(CLI::App& verb, std::chrono::seconds& deadline, const std::string& help);

void add_node_changes(CLI::App& noun, Session& session);   // node adopt, import, set, remove
void add_node_wait(CLI::App& noun, Session& session);      // node wait
void add_node_reboot(CLI::App& noun, Session& session);    // node reboot
void add_node_shutdown(CLI::App& noun, Session& session);  // node shutdown
void add_node_exec(CLI::App& noun, Session& session);      // node exec

/// Waits until nodes are ready with all that was decided, and prints what came of it: the exit
/// status. Units: seconds.
int wait_for_nodes(const NodeSet& nodes, int timeout);

}  // namespace muster::cli
