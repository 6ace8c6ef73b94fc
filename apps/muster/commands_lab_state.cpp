// muster lab save, states, forget: labs that are kept as they were.

#include <format>
#include <memory>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/commands_lab.h"
#include "apps/muster/table.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/command.h"
#include "lab/saved_state.h"

namespace muster::cli {
namespace {

nlohmann::json json_of(const lab::SavedState& state) {
  nlohmann::json machines = nlohmann::json::array();
  for (const lab::MachinePlan& machine : state.plan.machines) machines.push_back(machine.name);
  return {{"name", state.name},
          {"lab", state.plan.name},
          {"machines", std::move(machines)},
          {"running", state.running},
          {"saved_ms", state.saved_ms},
          {"emulator", state.emulator},
          {"directory", state.plan.directory.string()}};
}

int save(const LabPlace& place, const std::string& name) {
  os::PosixCommandRunner runner;
  const auto state = lab::save_lab(runner, place.path(), name);
  if (!state) return report(state.error());
  return print_answer(json_of(*state),
                      std::format("saved; start it with: muster lab up --from {}", name));
}

int list_states() {
  const auto states = lab::list_saved_states();
  if (!states) return report(states.error());
  if (form() == Form::json) {
    nlohmann::json list = nlohmann::json::array();
    for (const lab::SavedState& state : *states) list.push_back(json_of(state));
    print_json(nlohmann::json{{"states", std::move(list)}}.dump(2));
    return kDone;
  }
  std::vector<std::vector<std::string>> rows = {{"STATE", "LAB", "SAVED", "RUNNING"}};
  for (const lab::SavedState& state : *states) {
    rows.push_back({state.name, state.plan.name, clock_time(state.saved_ms, ShowDate::yes),
                    join(state.running, " ")});
  }
  std::print("{}", render_table(rows));
  return kDone;
}

int forget(const std::string& name) {
  if (const Status gone = lab::forget_saved_state(name); !gone) return report(gone.error());
  return print_answer({{"forgotten", name}}, std::format("forgot '{}'", name));
}

}  // namespace

void add_lab_state(CLI::App& lab, Session& session) {
  const auto place = std::make_shared<LabPlace>();
  const auto name = std::make_shared<std::string>();

  CLI::App& saving = *lab.add_subcommand("save", "save a lab as it is, and end it");
  place->add_to(saving);
  saving.add_option("state", *name, "a name for it")->required();
  add_json(saving);
  on_run(saving, session, [place, name] { return save(*place, *name); });

  CLI::App& states = *lab.add_subcommand("states", "list saved states");
  add_json(states);
  on_run(states, session, list_states);

  CLI::App& forgetting = *lab.add_subcommand("forget", "remove a saved state");
  forgetting.add_option("state", *name, "which one")->type_name(value::kState)->required();
  add_json(forgetting);
  on_run(forgetting, session, [name] { return forget(*name); });
}

}  // namespace muster::cli
