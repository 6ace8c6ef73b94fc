#pragma once
// One machine of a running lab, inside the lab's keeper: starts its emulator, listens to it, and
// notices when it ends. The emulator is a child that the kernel ends together with the keeper.

#include <memory>
#include <optional>
#include <vector>

#include "core/os/command.h"
#include "lab/lab_state.h"
#include "lab/monitor.h"

namespace muster::lab {

class Machine {
 public:
  Machine(MachinePlan machine, const LabPlan& lab);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const MachineState& state() const { return state_; }
  const MachinePlan& plan() const { return plan_; }

  /// Switches it on. Errors: it is on; the emulator does not start, with what it said.
  Status start();

  /// Starts it as it was saved, from MachineFiles::kMemory in its directory, which is removed then;
  /// it is paused. Errors: as start; the file is of another machine or damaged.
  Status restore();

  /// Lets it stand still, and go on. Errors: it is off; the emulator does not obey.
  Status pause();
  Status resume();

  /// Writes memory and devices of a paused machine into MachineFiles::kMemory. Its disks are whole
  /// then. Errors: the disk is full; it goes on after resume() all the same.
  Status save();

  /// Removes what save() wrote, or what restore() did not come to.
  Status discard_memory();

  /// Switches it off as a power cut does; nothing is asked of the guest. Fine when it is off.
  Status stop(const std::string& why = "switched off");

  /// Sends one command to the emulator's monitor. Errors: it is off; the command is refused.
  Result<nlohmann::json> execute(const std::string& command, nlohmann::json arguments);

  /// Descriptors that are readable when there is something to handle.
  std::vector<int> descriptors() const;

  /// Takes what the emulator says and notices its end. True when the state changed.
  bool handle_events();

 private:
  Status launch(std::vector<std::string> argv);
  Status migrate(const std::string& command);
  Status await_migration();
  void handle_event(const MonitorEvent& event);
  Result<os::ExitReason> wait_for_end() const;
  bool notice_end();
  void end(Power power, std::string reason);
  std::string last_words() const;
  void mark_console(std::string_view what) const;

  MachinePlan plan_;
  os::Command command_;
  std::int64_t lag_ms_;
  MachineState state_;
  std::optional<os::Child> child_;
  std::unique_ptr<Monitor> monitor_;
  /// Why the guest or we ended it, by the monitor's SHUTDOWN event.
  std::string shutdown_reason_;
  /// Whether we asked it to stand still.
  bool is_paused_by_us_ = false;
  /// The last status of a migration that its events named (QMP, MigrationStatus).
  std::string migration_;
  bool changed_ = false;
};

}  // namespace muster::lab
