// node exec: a command on many nodes at once, as root, with what came of it.

#include <format>
#include <memory>
#include <optional>

#include "apps/muster/choose_nodes.h"
#include "apps/muster/client.h"
#include "apps/muster/commands_node.h"
#include "apps/muster/operation_watch.h"
#include "core/base/text.h"
#include "core/os/command.h"
#include "operations/operation.h"

namespace muster::cli {
namespace {

using nlohmann::json;

struct ExecOptions {
  std::string nodes;
  std::vector<std::string> command;
  std::uint32_t timeout_s = 3600;
  std::uint32_t retries = 0;
  std::chrono::seconds deadline{0};
  bool background = false;
};

Error no_command() {
  return {.message = "no command is named",
          .hint = "write it behind '--': muster node exec NODES -- uname -r"};
}

/// A pipe in quotes is one word, and no program is called so.
void hint_at_shell(const std::vector<std::string>& command) {
  if (command.size() != 1 || command.front().find_first_of(" |<>;&$*") == std::string::npos) return;
  say(std::format(
      "muster: '{}' is taken for the name of one program; a shell's words need a shell: "
      "-- sh -c '…'",
      printable(command.front(), 80)));
}

int exec_on_nodes(const ExecOptions& options) {
  if (options.command.empty()) return report(no_command(), kUsage);
  const auto nodes = choose_some_names(options.nodes);
  if (!nodes) return report(nodes.error());
  hint_at_shell(options.command);
  // Whoever interrupts us now wants the command ended, and not forgotten.
  std::optional<os::OrderlyEnd> orderly;
  if (!options.background) orderly.emplace();
  const auto answer = call_head("POST", "/v1/nodes/exec",
                                {{"nodes", nodes->names()},
                                 {"command", options.command},
                                 {"timeout_s", options.timeout_s},
                                 {"retries", options.retries},
                                 {"deadline_s", options.deadline.count()}});
  if (!answer && os::is_interrupted()) {
    say("the command may have begun: 'muster operation list' shows it");
  }
  if (!answer) return report(answer.error());
  const std::string operation = text_of(*answer, "operation");
  if (!options.background) {
    const int status = watch_to_end(operation, Shown::results, Interrupted::is_cancelled);
    // The end of `orderly` may be ours.
    flush_answers();
    return status;
  }
  return print_answer(*answer, std::format("operation {}; 'muster operation watch {}' waits for it",
                                           operation, operation));
}

}  // namespace

void add_node_exec(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<ExecOptions>();
  CLI::App& verb = add_node_verb(noun, "exec", "run a command on nodes, as root", options->nodes,
                                 NodesNeeded::yes);
  verb.add_option("command", options->command, "after '--': the program and its arguments")
      ->type_name(value::kCommand);
  verb.add_option("--timeout", options->timeout_s, "seconds that a node's command may take")
      ->check(CLI::Range(1, 604'800))
      ->capture_default_str();
  verb.add_option("--retries", options->retries,
                  "so often it is tried again where it failed or a node was not reached")
      ->check(CLI::Range(std::uint32_t{0}, operations::kMostRetries))
      ->capture_default_str();
  add_deadline(verb, options->deadline,
               "end the command where it runs after this time, such as 30min");
  verb.add_flag("--background", options->background, "do not wait; print the operation's name");
  on_run_at_head(verb, session, [options, &session] {
    options->command = session.behind_dashes;
    return exec_on_nodes(*options);
  });
}

}  // namespace muster::cli
