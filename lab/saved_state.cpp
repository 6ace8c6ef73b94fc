#include "lab/saved_state.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "lab/lab.h"
#include "lab/lab_files.h"
#include "lab/lab_wait.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kSchema = 1;
constexpr const char* kRecord = "state.json";
constexpr const char* kMedium = "medium.iso";
constexpr const char* kPartial = ".partial";

Result<fs::path> place_of(const std::string& name) {
  if (is_host_label(name) && name.size() <= 64) return states_directory() / name;
  return fail(ErrorKind::invalid, std::format("'{}' is no name for a saved state", printable(name)),
              "use letters, digits and inner hyphens, at most 64");
}

/// Errors: also there is none of this name.
Result<fs::path> find_place(const std::string& name) {
  TRY_ASSIGN(fs::path place, place_of(name));
  if (!os::is_missing(place)) return place;
  return fail(ErrorKind::absent, std::format("there is no saved state '{}'", name),
              "'muster lab states' lists them");
}

Result<std::string> read_emulator(os::CommandRunner& runner) {
  TRY_ASSIGN(const std::string said,
             os::run_checked(runner, {.argv = {"qemu-system-x86_64", "--version"}}));
  return said.substr(0, said.find('\n'));
}

/// Another name for the file where that goes, else a copy.
Status link_or_copy(os::CommandRunner& runner, const fs::path& from, const fs::path& to) {
  const auto linked = runner.run({.argv = {"cp", "--link", "--", from.string(), to.string()}});
  return linked && linked->status == 0 ? Status() : copy_sparse(runner, from, to);
}

/// Files of a machine that a state has, and what a running lab has besides.
bool is_kept(const std::string& name) {
  return name != MachineFiles::kConsoleSocket && name != MachineFiles::kAgentSocket;
}

/// A stick follows the ISO that it is made over; the lab's own stick stays as it is.
Status take_stick(os::CommandRunner& runner, const fs::path& from, const fs::path& to,
                  const fs::path& medium) {
  TRY(copy_sparse(runner, from, to));
  TRY(os::run_checked(runner, {.argv = {"qemu-img", "rebase", "-u", "-f", "qcow2", "-F", "raw",
                                        "-b", medium.string(), to.string()}}));
  return {};
}

/// Gives the state what a machine has. The lab keeps it, in case that something goes wrong.
Status take_machine(os::CommandRunner& runner, const fs::path& from, const fs::path& to,
                    const SavedState& state) {
  const fs::path medium = state.plan.directory / kMedium;
  const bool has_memory = std::ranges::contains(state.running, from.filename().string());
  TRY_ASSIGN(const auto names, os::list_directory(from));
  for (const std::string& name : names) {
    if (!is_kept(name) || (name == MachineFiles::kMemory && !has_memory)) continue;
    TRY(name == MachineFiles::kUsbStick ? take_stick(runner, from / name, to / name, medium)
                                        : link_or_copy(runner, from / name, to / name));
  }
  return {};
}

/// Everything but the machines' files; the record comes last.
Status prepare_place(os::CommandRunner& runner, const LabPlan& lab, const fs::path& place) {
  TRY(os::remove_tree(place));
  TRY(os::make_directory(place, {.mode = 0700}));
  for (const MachinePlan& machine : lab.machines) {
    TRY(os::make_directory(place / machine.name, {.mode = 0700}));
    // Not another name for it: whoever writes a newer ISO into the same file changes both.
    if (machine.iso) TRY(copy_sparse(runner, *machine.iso, place / kMedium));
  }
  return {};
}

SavedState describe(const LabView& lab, const std::string& name, const fs::path& place) {
  SavedState state{.name = name, .plan = lab.plan, .emulator = {}, .saved_ms = os::now_ms()};
  state.plan.directory = place;
  for (MachinePlan& machine : state.plan.machines) {
    if (machine.iso) machine.iso = place / kMedium;
  }
  for (const MachineState& machine : lab.state.machines) {
    if (machine.power != Power::on) continue;
    state.running.push_back(machine.name);
    if (machine.agent == Agent::present) state.answering.push_back(machine.name);
  }
  return state;
}

/// The lab's machines are off meanwhile.
Status take_lab(os::CommandRunner& runner, const fs::path& lab, const SavedState& state,
                const fs::path& partial) {
  for (const MachinePlan& machine : state.plan.machines) {
    TRY(take_machine(runner, lab / machine.name, partial / machine.name, state));
  }
  TRY(os::write_file(partial / kRecord, render_saved_state(state)));
  TRY(os::sync_filesystem(partial));
  return os::rename_file(partial, state.plan.directory);
}

/// A lab that cannot be saved goes on.
Status save_and_take(os::CommandRunner& runner, const fs::path& lab, const SavedState& state,
                     const fs::path& partial) {
  TRY(ask_keeper(lab, {.action = Action::save}));
  Status taken = take_lab(runner, lab, state, partial);
  if (taken) return {};
  const auto restored = ask_keeper(lab, {.action = Action::restore});
  return restored ? std::move(taken) : wrap("the lab does not go on either", taken.error());
}

Result<SavedState> read_record(const fs::path& place) {
  TRY_ASSIGN(const std::string text, os::read_file(place / kRecord));
  return parse_saved_state(text);
}

}  // namespace

std::string render_saved_state(const SavedState& state) {
  return json{{"schema", kSchema},
              {"name", state.name},
              {"plan", json::parse(render_plan(state.plan))},
              {"emulator", state.emulator},
              {"saved_ms", state.saved_ms},
              {"running", state.running},
              {"answering", state.answering}}
             .dump(2) +
         "\n";
}

Result<SavedState> parse_saved_state(std::string_view text) {
  try {
    const json value = json::parse(text);
    if (value.at("schema").get<int>() > kSchema) {
      return fail(ErrorKind::conflict, "a newer version of Muster saved it");
    }
    TRY_ASSIGN(LabPlan plan, parse_plan(value.at("plan").dump()));
    return SavedState{.name = value.at("name").get<std::string>(),
                      .plan = std::move(plan),
                      .emulator = value.at("emulator").get<std::string>(),
                      .saved_ms = value.at("saved_ms").get<std::int64_t>(),
                      .running = value.at("running").get<std::vector<std::string>>(),
                      .answering = value.at("answering").get<std::vector<std::string>>()};
  } catch (const json::exception& error) {
    return fail(ErrorKind::invalid,
                std::format("not the record of a saved state: {}", printable(error.what())));
  }
}

fs::path states_directory() { return labs_directory().parent_path() / "lab-states"; }

Result<SavedState> save_lab(os::CommandRunner& runner, const fs::path& lab,
                            const std::string& name) {
  TRY_ASSIGN(const fs::path place, place_of(name));
  TRY_ASSIGN(const LabView view, read_running_lab(lab));
  if (!os::is_missing(place)) {
    return fail(ErrorKind::conflict, std::format("there is a saved state '{}' already", name),
                std::format("name another, or remove it: muster lab forget {}", name));
  }
  SavedState state = describe(view, name, place);
  TRY_ASSIGN(state.emulator, read_emulator(runner));
  const fs::path partial = fs::path(place) += kPartial;
  Status done = prepare_place(runner, view.plan, partial);
  if (done) done = save_and_take(runner, lab, state, partial);
  if (!done) {
    // Why it cannot be saved matters more than what is left of the try.
    static_cast<void>(os::remove_tree(partial));
    return std::unexpected(std::move(done).error());
  }
  TRY(end_lab(lab, Leftovers::remove));
  return state;
}

Result<SavedState> read_saved_state(os::CommandRunner& runner, const std::string& name) {
  TRY_ASSIGN(const fs::path place, find_place(name));
  auto state = read_record(place);
  if (!state) return wrap(std::format("saved state '{}'", name), std::move(state).error());
  TRY_ASSIGN(const std::string emulator, read_emulator(runner));
  if (state->emulator == emulator) return state;
  return fail(ErrorKind::conflict,
              std::format("'{}' saved the state '{}', and '{}' is installed", state->emulator, name,
                          emulator),
              std::format("save it anew: muster lab forget {}", name));
}

Result<std::vector<SavedState>> list_saved_states() {
  std::vector<SavedState> states;
  TRY_ASSIGN(const auto names, os::list_directory(states_directory()));
  for (const std::string& name : names) {
    if (auto state = read_record(states_directory() / name)) states.push_back(std::move(*state));
  }
  return states;
}

LabPlan plan_of(const SavedState& state, const std::string& lab, const fs::path& directory,
                std::int64_t now_ms) {
  LabPlan plan = state.plan;
  plan.lag_ms += now_ms - state.saved_ms;
  plan.name = lab;
  plan.directory = directory;
  return plan;
}

Status bring_back(const SavedState& state, const BringUpOptions& options) {
  TRY_ASSIGN(LabView view, read_running_lab(options.directory));
  view.plan.directory = options.directory;
  TRY(ask_keeper(options.directory, {.action = Action::restore}));
  if (options.wait_for == WaitFor::none) return {};
  for (const std::string& machine : state.answering) {
    if (options.wait_for == WaitFor::head && machine != "head") continue;
    const auto say = [&](std::string_view line) {
      if (options.on_progress) options.on_progress(line);
    };
    TRY_ASSIGN(MachineWait wait,
               MachineWait::open(view.plan, machine,
                                 tell_awaited(view.plan, {machine}, options.interrupt, say)));
    TRY(wait.wait_for_agent(os::in(options.node_time)));
  }
  return {};
}

Status forget_saved_state(const std::string& name) {
  TRY_ASSIGN(const fs::path place, find_place(name));
  TRY_ASSIGN(const auto labs, os::list_directory(labs_directory()));
  for (const std::string& lab : labs) {
    const auto view = read_lab(labs_directory() / lab);
    if (!view || view->condition != Condition::up) continue;
    const bool uses = std::ranges::any_of(view->plan.machines, [&](const MachinePlan& machine) {
      return machine.iso && machine.iso->parent_path() == place;
    });
    if (uses) {
      return fail(ErrorKind::busy, std::format("lab '{}' was started from '{}'", lab, name),
                  std::format("end it: muster lab down --name {}", lab));
    }
  }
  // What is half removed is no state any more.
  const fs::path partial = fs::path(place) += kPartial;
  TRY(os::remove_tree(partial));
  TRY(os::rename_file(place, partial));
  return os::remove_tree(partial);
}

}  // namespace muster::lab
