#pragma once
// Waiting inside a lab: for a machine's agent, for a command's answer, always with an eye on the
// machine's emulator, on the clock, and on somebody who wants to stop.

#include <functional>
#include <string>

#include "lab/guest_agent.h"
#include "lab/lab.h"

namespace muster::lab {

struct WaitOptions {
  const os::Handle* interrupt = nullptr;
  /// Called every few seconds of waiting with what is waited for.
  std::function<void(std::string_view)> on_still_waiting = {};
};

/// What somebody waits for: a machine, and what it is to become. Other machines may be asked about
/// it meanwhile, and a person is not told of them.
struct Awaited {
  std::string machine;
  /// "the head to list it as ready"; empty: whatever the machine itself is asked for.
  std::string what = {};
};

/// Options whose on_still_waiting tells of what is awaited, with the last line on its console.
/// `say` is given the line. Owns: nothing; `interrupt` must live longer.
WaitOptions tell_awaited(const LabPlan& lab, Awaited awaited, const os::Handle* interrupt,
                         std::function<void(std::string_view)> say);

/// A wait for one machine of one lab. Its errors name the machine, what was waited for, the last
/// console lines and their file.
class MachineWait {
 public:
  static Result<MachineWait> open(const LabPlan& lab, std::string machine, WaitOptions options);

  /// Waits until the guest's agent has opened its port and answers.
  Status wait_for_agent(os::Deadline deadline);

  /// Runs a command in the guest, as GuestAgent::run.
  Result<GuestResult> run(const GuestCommand& command, std::optional<os::Deadline> deadline);

  /// Waits this long, or until the machine is no longer on. `what` is named in progress and errors.
  Status pause(std::string_view what, std::chrono::milliseconds time);

  /// An error about this machine that says where to look.
  std::unexpected<Error> fail_at(std::string_view stage, std::string reason) const;

 private:
  MachineWait(const LabPlan& lab, std::string machine, WaitOptions options, LabWatch watch);
  Status check_power(std::string_view what) const;

  std::filesystem::path directory_;
  std::string machine_;
  WaitOptions options_;
  LabWatch watch_;
  os::Deadline next_report_;
};

}  // namespace muster::lab
