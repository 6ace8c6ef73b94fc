#pragma once
// What a lab writes down: its plan (lab.json, written once and when a node is added) and how its
// machines are (state.json, written by the keeper on every change). Pure text in both directions.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/os/process.h"
#include "lab/lab_plan.h"

namespace muster::lab {

/// on: its emulator runs. off: never started, switched off, or shut down by its guest.
/// paused: its emulator stands still because it was asked to. failed: its emulator ended or stopped
/// by itself.
enum class Power { off, on, paused, failed };

/// Whether an emulator is there.
inline bool is_running(Power power) { return power == Power::on || power == Power::paused; }

/// Whether the guest has opened the agent's port.
enum class Agent { absent, present };

struct MachineState {
  std::string name;
  Power power = Power::off;
  Agent agent = Agent::absent;
  std::optional<os::ProcessId> process = {};
  /// Why it is off or failed, for a person; empty when never started.
  std::string reason;
  /// How often the guest was reset since its emulator started.
  int resets = 0;

  bool operator==(const MachineState&) const = default;
};

struct LabState {
  /// The boot of this machine in which the keeper runs (os::read_boot_id).
  std::string boot;
  os::ProcessId keeper;
  std::vector<MachineState> machines;

  const MachineState* find_machine(std::string_view machine) const;
  bool operator==(const LabState&) const = default;
};

std::string render_plan(const LabPlan& plan);
/// Errors: not JSON; a field missing or of the wrong kind.
Result<LabPlan> parse_plan(std::string_view text);

std::string render_state(const LabState& state);
/// Errors: as parse_plan.
Result<LabState> parse_state(std::string_view text);

std::string_view to_string(Power power);
std::string_view to_string(Firmware firmware);
std::string_view to_string(Accelerator accelerator);
std::string_view to_string(Medium medium);
std::string_view to_string(Card card);

/// Errors: no such word; the hint lists those there are.
Result<Firmware> parse_firmware(std::string_view word);
Result<Medium> parse_medium(std::string_view word);
Result<Card> parse_card(std::string_view word);
Result<NodeBoot> parse_node_boot(std::string_view word);

}  // namespace muster::lab
