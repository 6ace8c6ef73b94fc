#include "lab/machine.h"

#include <array>
#include <csignal>
#include <format>
#include <utility>

#include "core/os/clock.h"
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
/// Writing or reading the memory of a machine; a disk that is slow writes 2 GiB in a minute.
constexpr auto kMigrationTime = 180s;

}  // namespace

Machine::Machine(MachinePlan machine, const LabPlan& lab)
    : plan_(std::move(machine)), command_(qemu_command(plan_, lab)), lag_ms_(lab.lag_ms) {
  state_.name = plan_.name;
}

Status Machine::start() {
  // Memory that a failed save or restore left is of another moment than its disks.
  TRY(discard_memory());
  mark_console("power on");
  std::vector<std::string> argv = command_.argv;
  const std::vector<std::string> clock = clock_words(lag_ms_, os::now_ms());
  argv.insert(argv.end(), clock.begin(), clock.end());
  return launch(std::move(argv));
}

Status Machine::launch(std::vector<std::string> argv) {
  if (is_running(state_.power)) {
    return fail(std::format("machine '{}' is on", plan_.name));
  }
  TRY(stop());  // a stopped emulator may still be there
  TRY_ASSIGN(auto ends, os::make_socket_pair());
  auto child =
      os::spawn({.argv = std::move(argv),
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
  is_paused_by_us_ = false;
  if (auto greeted = monitor_->greet(os::in(kStartTime)); !greeted) {
    const std::string words = last_words();
    TRY(stop());
    end(Power::failed, "its emulator did not start");
    return fail(std::format("machine '{}': its emulator does not start: {}{}", plan_.name,
                            greeted.error().message, words));
  }
  return {};
}

Status Machine::restore() {
  std::vector<std::string> argv = command_.argv;
  argv.insert(argv.end(), {"-S", "-incoming", "defer"});
  mark_console("goes on as it was saved");
  TRY(launch(std::move(argv)));
  state_.power = Power::paused;
  is_paused_by_us_ = true;
  if (Status loaded = migrate("migrate-incoming"); !loaded) {
    const std::string words = last_words();
    TRY(discard_memory());
    TRY(stop());
    end(Power::failed, "its saved state could not be read");
    return fail(std::format("machine '{}': {}{}", plan_.name, loaded.error().message, words));
  }
  return discard_memory();
}

Status Machine::pause() {
  is_paused_by_us_ = true;
  TRY(execute("stop", json::object()));
  state_.power = Power::paused;
  return {};
}

Status Machine::resume() {
  is_paused_by_us_ = false;
  TRY(execute("cont", json::object()));
  state_.power = Power::on;
  return {};
}

Status Machine::save() {
  // A link to a saved state may be there.
  TRY(discard_memory());
  const Status saved = migrate("migrate");
  if (saved) return {};
  // It would go on in the background, and pause the machine at its end. The first error is told.
  static_cast<void>(execute("migrate_cancel", json::object()));
  static_cast<void>(await_migration());
  return wrap(std::format("machine '{}' cannot be saved", plan_.name), saved.error());
}

Status Machine::discard_memory() { return os::remove_tree(*command_.cwd / MachineFiles::kMemory); }

/// The file's name is relative to the emulator's directory: a comma would begin an option.
Status Machine::migrate(const std::string& command) {
  const json events = {{{"capability", "events"}, {"state", true}}};
  TRY(execute("migrate-set-capabilities", {{"capabilities", events}}));
  migration_.clear();
  TRY(execute(command, {{"uri", std::format("file:{}", MachineFiles::kMemory)}}));
  return await_migration();
}

Status Machine::await_migration() {
  const os::Deadline deadline = os::in(kMigrationTime);
  while (migration_ != "completed") {
    if (migration_ == "failed" || migration_ == "cancelled") {
      TRY_ASSIGN(const json status, execute("query-migrate", json::object()));
      return fail(status.value("error-desc", "QEMU does not say why"));
    }
    TRY(monitor_->await_event(deadline));
  }
  return {};
}

Status Machine::stop(const std::string& why) {
  if (!child_) return {};
  TRY(os::signal_process(child_->id, SIGKILL));
  TRY_ASSIGN([[maybe_unused]] const auto reason, wait_for_end());
  end(Power::off, why);
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
    // Its driver is not reset yet; a question now would wait for nobody.
    state_.agent = Agent::absent;
    mark_console("reset");
  } else if (event.name == "SHUTDOWN") {
    shutdown_reason_ = event.data.value("reason", "unknown");
  } else if (event.name == "STOP") {
    state_.power = is_paused_by_us_ ? Power::paused : Power::failed;
    state_.reason = is_paused_by_us_
                        ? "paused"
                        : "its emulator stopped it; see " + std::string(MachineFiles::kEmulatorLog);
  } else if (event.name == "RESUME") {
    state_.power = Power::on;
    state_.reason.clear();
  } else if (event.name == "MIGRATION") {
    migration_ = event.data.value("status", "");
    return;
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
