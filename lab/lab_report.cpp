#include "lab/lab_report.h"

#include <format>

#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

using nlohmann::json;

/// How a machine is; in a lab whose keeper is gone nothing is on, whatever was written last.
MachineState state_of(const LabView& view, const MachinePlan& machine) {
  const MachineState* known = view.state.find_machine(machine.name);
  MachineState state = known != nullptr ? *known : MachineState{.name = machine.name, .reason = {}};
  if (view.condition != Condition::up && is_running(state.power)) {
    state.power = Power::failed;
    state.reason = "its lab is gone";
    state.process.reset();
    state.agent = Agent::absent;
  }
  return state;
}

std::string agent_word(const MachineState& state) {
  return state.agent == Agent::present ? "answers" : "-";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

json machine_json(const LabView& view, const MachinePlan& machine) {
  const MachineState state = state_of(view, machine);
  const auto directory = view.plan.directory / machine.name;
  return {{"name", machine.name},
          {"power", to_string(state.power)},
          {"agent", state.agent == Agent::present},
          {"reason", state.reason},
          {"resets", state.resets},
          {"pid", state.process ? json(state.process->pid) : json()},
          {"mac", muster::to_string(machine.mac)},
          {"uuid", machine.uuid},
          {"serial", machine.serial},
          {"firmware", to_string(machine.firmware)},
          {"accelerator", to_string(machine.accelerator)},
          {"cpus", machine.cpus},
          {"memory", machine.memory.count},
          {"console", (directory / MachineFiles::kConsole).string()},
          {"agent_socket", (directory / MachineFiles::kAgentSocket).string()}};
}

}  // namespace

std::string render_report(const LabView& view) {
  std::string text = std::format("lab {}: {}\n", view.plan.name, to_string(view.condition));
  constexpr std::string_view kRow = "{:<8}{:<8}{:<9}{:<19}{:<12}{:<6}{}\n";
  text += std::format(kRow, "MACHINE", "POWER", "AGENT", "MAC", "FIRMWARE", "ACCEL", "REASON");
  for (const MachinePlan& machine : view.plan.machines) {
    const MachineState state = state_of(view, machine);
    text += std::format(kRow, machine.name, to_string(state.power), agent_word(state),
                        muster::to_string(machine.mac), to_string(machine.firmware),
                        to_string(machine.accelerator), first_line(state.reason));
  }
  if (view.condition != Condition::up) {
    text += "none of its machines runs any more; remove the rest with: muster lab down\n";
  }
  return text;
}

std::string render_report_json(const LabView& view) {
  json machines = json::array();
  for (const MachinePlan& machine : view.plan.machines)
    machines.push_back(machine_json(view, machine));
  return json{{"name", view.plan.name},
              {"condition", to_string(view.condition)},
              {"directory", view.plan.directory.string()},
              {"keeper", view.condition == Condition::up ? json(view.state.keeper.pid) : json()},
              {"machines", std::move(machines)}}
             .dump(2) +
         "\n";
}

}  // namespace muster::lab
