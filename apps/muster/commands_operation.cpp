// operation: what was begun on many nodes, how far it is, and what came of it.

#include <memory>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/operation_view.h"
#include "apps/muster/operation_watch.h"

namespace muster::cli {
namespace {

int list_operations() {
  const auto list = call_head("GET", "/v1/operations");
  if (!list) return report(list.error());
  const bool is_empty = list->at("operations").empty();
  return print_answer(*list, is_empty ? "there was no operation yet" : render_operations(*list));
}

int cancel_operation(const std::string& operation) {
  const auto done = call_head("DELETE", operation_page(operation));
  if (!done) return report(done.error());
  return print_operation(operation, Shown::results_below_head);
}

/// A verb with an argument that names an operation.
void add_verb(CLI::App& noun, Session& session, const std::string& name, const std::string& help,
              int (*run)(const std::string& operation)) {
  const auto operation = std::make_shared<std::string>();
  CLI::App* const verb = noun.add_subcommand(name, help);
  verb->add_option("operation", *operation, "its name, as 'muster operation list' shows it")
      ->type_name(value::kOperation)
      ->required();
  add_json(*verb);
  on_run_at_head(*verb, session, [operation, run] { return run(*operation); });
}

}  // namespace

void add_operation(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("operation", "what was begun on many nodes");
  noun->require_subcommand(1);
  CLI::App* const list = noun->add_subcommand("list", "the last hundred, the newest first");
  add_json(*list);
  on_run_at_head(*list, session, &list_operations);
  add_verb(*noun, session, "show", "how far an operation is, and what came of it so far",
           [](const std::string& operation) {
             return print_operation(operation, Shown::results_below_head);
           });
  add_verb(*noun, session, "watch", "wait for the end of an operation, and print what came of it",
           [](const std::string& operation) {
             return watch_to_end(operation, Shown::results_below_head, Interrupted::goes_on);
           });
  add_verb(*noun, session, "cancel", "end an operation on its nodes", &cancel_operation);
}

}  // namespace muster::cli
