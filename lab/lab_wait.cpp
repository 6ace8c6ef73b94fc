#include "lab/lab_wait.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

#include "core/os/wait.h"
#include "lab/console.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;

constexpr auto kReportEvery = 10s;
constexpr std::size_t kConsoleLines = 12;

}  // namespace

WaitOptions tell_awaited(const LabPlan& lab, Awaited awaited, const os::Handle* interrupt,
                         std::function<void(std::string_view)> say) {
  const std::filesystem::path console = lab.directory / awaited.machine / MachineFiles::kConsole;
  return {.interrupt = interrupt,
          .on_still_waiting = [awaited = std::move(awaited), console,
                               say = std::move(say)](std::string_view asked) {
            say(std::format("{}: waiting for {}; console: {}", awaited.machine,
                            awaited.what.empty() ? asked : awaited.what, last_lines(console, 1)));
          }};
}

Result<MachineWait> MachineWait::open(const LabPlan& lab, std::string machine,
                                      WaitOptions options) {
  TRY_ASSIGN(LabWatch watch, LabWatch::open(lab.directory));
  return MachineWait(lab, std::move(machine), std::move(options), std::move(watch));
}

MachineWait::MachineWait(const LabPlan& lab, std::string machine, WaitOptions options,
                         LabWatch watch)
    : directory_(lab.directory / machine),
      machine_(std::move(machine)),
      options_(std::move(options)),
      watch_(std::move(watch)),
      next_report_(os::in(kReportEvery)) {}

Status MachineWait::wait_for_agent(os::Deadline deadline) {
  const std::string what = "its agent";
  while (watch_.state().find_machine(machine_)->agent == Agent::absent) {
    TRY(check_power(what));
    if (os::in(0ms) >= deadline) return fail_at("boot", "its agent did not answer in time");
    TRY(pause(what, 1min < deadline - os::in(0ms) ? std::chrono::milliseconds(1min) : 1s));
  }
  const GuestAgent agent(directory_ / MachineFiles::kAgentSocket,
                         [&](auto time) { return pause(what, time); });
  if (auto answered = agent.ping(deadline); !answered) {
    return fail_at("boot", answered.error().message);
  }
  return {};
}

Result<GuestResult> MachineWait::run(const GuestCommand& command,
                                     std::optional<os::Deadline> deadline) {
  TRY(check_power("a command"));
  if (watch_.state().find_machine(machine_)->agent == Agent::absent) {
    return fail(std::format("machine '{}' is on, but its agent does not answer yet", machine_),
                std::format("see muster lab console {}", machine_));
  }
  const GuestAgent agent(directory_ / MachineFiles::kAgentSocket, [&](auto time) {
    return pause(std::format("'{}'", command.argv.front()), time);
  });
  return agent.run(command, deadline);
}

Status MachineWait::pause(std::string_view what, std::chrono::milliseconds time) {
  const os::Deadline end = os::in(time);
  const bool agent_before = watch_.state().find_machine(machine_)->agent == Agent::present;
  while (os::in(0ms) < end) {
    const int interrupt = options_.interrupt == nullptr ? -1 : options_.interrupt->get();
    const std::array descriptors = {watch_.descriptor(), interrupt};
    TRY_ASSIGN(const auto ready, os::wait_readable(descriptors, std::min(end, next_report_)));
    if (std::ranges::contains(ready, interrupt)) return fail("interrupted");
    if (!ready.empty()) {
      TRY_ASSIGN([[maybe_unused]] const bool changed, watch_.wait(os::in(0ms)));
      TRY(check_power(what));
      const bool agent_now = watch_.state().find_machine(machine_)->agent == Agent::present;
      if (agent_now != agent_before) return {};
    }
    if (os::in(0ms) < next_report_) continue;
    next_report_ = os::in(kReportEvery);
    if (options_.on_still_waiting) options_.on_still_waiting(what);
  }
  return {};
}

Status MachineWait::check_power(std::string_view what) const {
  const MachineState* state = watch_.state().find_machine(machine_);
  if (state == nullptr) return fail(std::format("there is no machine '{}'", machine_));
  if (state->power == Power::on) return {};
  return fail_at(std::format("waiting for {}", what),
                 state->reason.empty() ? "it is off" : state->reason);
}

std::unexpected<Error> MachineWait::fail_at(std::string_view stage, std::string reason) const {
  const std::filesystem::path console = directory_ / MachineFiles::kConsole;
  const std::string words = last_lines(console, kConsoleLines);
  return fail(std::format("machine '{}', {}: {}; its console ends with:\n  {}", machine_, stage,
                          reason, words.empty() ? "(nothing)" : words),
              std::format("read '{}'", console.string()));
}

}  // namespace muster::lab
