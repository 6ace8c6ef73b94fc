#include "lab/machine.h"

#include <array>
#include <csignal>
#include <format>
#include <utility>

#include "core/os/files.h"
#include "core/os/wait.h"
#include "lab/console.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kStartTime =
    30s;  // an emulator greets in less than one second; a busy machine in more
constexpr auto kMonitorTime = 10s;
constexpr auto kMachineEndTime = 5s;

}  // namespace

Machine::Machine(MachinePlan machine, const LabPlan& lab)
    : plan_(std::move(machine)), command_(qemu_command(plan_, lab)) {
  state_.name = plan_.name;
}

Status Machine::start() {
  if (state_.power == Power::on) return fail(std::format("machine '{}' is on", plan_.name));
  TRY(stop());  // a stopped emulator may still be there
  TRY_ASSIGN(auto ends, os::make_socket_pair());
  mark_console("power on");
  auto child =
      os::spawn({.argv = command_.argv,
                 .cwd = *command_.cwd,
                 .log = *command_.cwd / MachineFiles::kEmulatorLog,
                 .descriptors = {{.ours = ends.second.get(), .theirs = kMonitorDescriptor}},
                 .on_parent_death = os::OnParentDeath::kill});
  if (!child) return wrap(std::format("machine '{}'", plan_.name), child.error());
  // Our copy of its end would hide from us that the emulator is gone.
  ends.second.close();
  child_ = std::move(*child);
  monitor_ = std::make_unique<Monitor>(std::move(ends.first),
                                       [this](const MonitorEvent& event) { handle_event(event); });
  state_ =
      MachineState{.name = plan_.name, .power = Power::on, .process = child_->id, .reason = {}};
  shutdown_reason_.clear();
  if (auto greeted = monitor_->greet(os::in(kStartTime)); !greeted) {
    const std::string words = last_words();
    TRY(stop());
    end(Power::failed, "its emulator did not start");
    return fail(std::format("machine '{}': its emulator does not start: {}{}", plan_.name,
                            greeted.error().message, words));
  }
  return {};
}

Status Machine::stop() {
  if (!child_) return {};
  TRY(os::signal_process(child_->id, SIGKILL));
  TRY_ASSIGN([[maybe_unused]] const auto reason, wait_for_end());
  end(Power::off, "switched off");
  return {};
}

Result<json> Machine::execute(const std::string& command, json arguments) {
  if (!monitor_) {
    return fail(std::format("machine '{}' is off", plan_.name),
                std::format("muster lab power on {}", plan_.name));
  }
  return monitor_->execute(command, std::move(arguments), os::in(kMonitorTime));
}

std::vector<int> Machine::descriptors() const {
  if (!child_) return {};
  return {monitor_->descriptor(), child_->pidfd.get()};
}

bool Machine::handle_events() {
  if (!child_) return std::exchange(changed_, false);
  const Status heard = monitor_->take_events();
  // A closed monitor is the emulator on its way out; its end itself is what counts.
  if (!heard || !os::is_running(child_->id)) return notice_end();
  return std::exchange(changed_, false);
}

void Machine::handle_event(const MonitorEvent& event) {
  if (event.name == "VSERPORT_CHANGE") {
    state_.agent = event.data.value("open", false) ? Agent::present : Agent::absent;
  } else if (event.name == "RESET") {
    ++state_.resets;
    mark_console("reset");
  } else if (event.name == "SHUTDOWN") {
    shutdown_reason_ = event.data.value("reason", "unknown");
  } else if (event.name == "STOP") {
    state_.reason = "its emulator stopped it; see " + std::string(MachineFiles::kEmulatorLog);
    state_.power = Power::failed;
  } else {
    return;
  }
  changed_ = true;
}

Result<os::ExitReason> Machine::wait_for_end() const {
  const std::array descriptors = {child_->pidfd.get()};
  TRY_ASSIGN(const auto ready, os::wait_readable(descriptors, os::in(kMachineEndTime)));
  if (ready.empty()) {
    return fail(std::format("machine '{}': process {} does not end", plan_.name, child_->id.pid));
  }
  TRY_ASSIGN(const auto reason, os::reap(*child_));
  CHECK(reason.has_value());
  return *reason;
}

bool Machine::notice_end() {
  auto reason = wait_for_end();
  if (!reason) {
    // It closed its monitor and lives on: nobody can speak to it, so it is ended by force.
    static_cast<void>(os::signal_process(child_->id, SIGKILL));
    reason = wait_for_end();
  }
  if (!reason) {
    end(Power::failed, reason.error().message);
    return true;
  }
  const bool asked = reason->status == 0 && !shutdown_reason_.empty();
  end(asked ? Power::off : Power::failed,
      asked ? std::format("shut down ({})", shutdown_reason_)
            : std::format("its emulator {}{}", os::to_string(*reason), last_words()));
  return true;
}

void Machine::end(Power power, std::string reason) {
  mark_console(std::format("power off: {}", reason));
  child_.reset();
  monitor_.reset();
  state_ = MachineState{.name = plan_.name, .power = power, .reason = std::move(reason)};
  changed_ = true;
}

std::string Machine::last_words() const {
  const std::string words = last_lines(*command_.cwd / MachineFiles::kEmulatorLog, 5);
  return words.empty() ? "" : ":\n  " + words;
}

void Machine::mark_console(std::string_view what) const {
  // A mark that is missing from the console's file changes nothing else.
  static_cast<void>(os::append_file(*command_.cwd / MachineFiles::kConsole,
                                    std::format("\n[lab] {}: {}\n", plan_.name, what)));
}

}  // namespace muster::lab
