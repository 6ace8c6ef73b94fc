#include "apps/muster/commands.h"

#include <utility>

namespace muster::cli {
namespace {

Form form_of(const CLI::App& verb) {
  const CLI::Option* const flag = verb.get_option_no_throw("--json");
  return flag != nullptr && flag->count() > 0 ? Form::json : Form::text;
}

}  // namespace

void on_run(CLI::App& verb, Session& session, std::function<int()> body) {
  verb.callback([&verb, &session, body = std::move(body)] {
    // CLI11 calls the noun of a verb as well.
    if (!verb.get_subcommands().empty()) return;
    set_form(form_of(verb));
    session.status = body();
  });
}

void add_json(CLI::App& verb) { verb.add_flag("--json", "print JSON"); }

}  // namespace muster::cli
