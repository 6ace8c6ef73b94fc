// muster greet: a word to whoever begins.

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"

namespace muster::cli {

void add_greet(CLI::App& app, Session& session) {
  CLI::App& verb = *app.add_subcommand("greet", "say hello");
  add_json(verb);
  on_run(verb, session, [] { return print_answer(nlohmann::json{{"says", "hello"}}, "hello"); });
}

}  // namespace muster::cli
