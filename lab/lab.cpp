#include "lab/lab.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <format>

#include "core/base/layout.h"
#include "core/base/text.h"
#include "core/os/file_lock.h"
#include "core/os/files.h"
#include "core/os/process.h"
#include "core/os/wait.h"
#include "lab/console.h"
#include "lab/lab_files.h"
#include "lab/lab_memory.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kKeeperTime = 60s;  // starting an emulator on a busy machine is the longest request
/// Machines are saved and restored one after another.
constexpr auto kMemoryTime = 1h;
constexpr auto kKeeperEndTime = 30s;

std::string down_hint(const std::filesystem::path& directory) {
  return directory.parent_path() == labs_directory()
             ? std::format("muster lab down --name {}", directory.filename().string())
             : std::format("muster lab down --dir {}", directory.string());
}

Result<os::Handle> lock_lab(const LabPlan& plan) {
  TRY_ASSIGN(auto lock, os::try_lock_file(plan.directory / LabFiles::kLock));
  if (lock) return std::move(*lock);
  return fail(std::format("a lab is up in '{}'", plan.directory.string()),
              std::format("end it with {}, or choose another --name", down_hint(plan.directory)));
}

Status start_keeper(const LabPlan& plan, const os::Handle& lock) {
  TRY_ASSIGN(const os::Handle listener, os::listen_unix(plan.directory / LabFiles::kKeeperSocket));
  TRY_ASSIGN(const auto program, os::read_own_program());
  TRY_ASSIGN(const auto keeper,
             os::spawn({.argv = {program.string(), "lab", "keep", "--dir", plan.directory.string()},
                        .cwd = plan.directory,
                        .log = plan.directory / LabFiles::kKeeperLog,
                        .descriptors = {{listener.get(), kListenerDescriptor},
                                        {lock.get(), kLockDescriptor}}}));
  return {};
}

/// Waits until the keeper serves. Errors: it ended, with what it said.
Status await_keeper(const LabPlan& plan) {
  if (auto watch = LabWatch::open(plan.directory); !watch) {
    return fail("the lab's keeper does not start: " +
                last_lines(plan.directory / LabFiles::kKeeperLog, 5));
  }
  return {};
}

/// The plan of a lab whose records may be damaged; none when there is no lab.
std::optional<LabPlan> find_plan(const std::filesystem::path& directory) {
  const auto text = os::read_file(directory / LabFiles::kPlan);
  if (!text) return std::nullopt;
  auto plan = parse_plan(*text);
  if (!plan) return std::nullopt;
  plan->directory = directory;
  return std::move(*plan);
}

}  // namespace

std::filesystem::path labs_directory() {
  const char* cache = std::getenv("MUSTER_CACHE");
  return std::filesystem::path(cache != nullptr && *cache != '\0' ? cache : layout::kCache) / "lab";
}

std::string_view to_string(Condition condition) {
  switch (condition) {
    case Condition::up:
      return "up";
    case Condition::ended:
      return "ended";
    case Condition::lost:
      return "lost";
    case Condition::stale:
      return "stale";
  }
  CHECK(!"a condition");
}

Result<LabView> read_lab(const std::filesystem::path& directory) {
  if (!std::filesystem::exists(directory / LabFiles::kPlan)) {
    return fail(std::format("there is no lab in '{}'", directory.string()),
                "muster lab up --iso FILE --nodes 2");
  }
  TRY_ASSIGN(const std::string plan_text, os::read_file(directory / LabFiles::kPlan));
  TRY_ASSIGN(LabPlan plan, parse_plan(plan_text));
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  LabView view{.plan = std::move(plan), .state = {}, .condition = Condition::ended};
  if (!std::filesystem::exists(directory / LabFiles::kState)) return view;
  TRY_ASSIGN(const std::string state_text, os::read_file(directory / LabFiles::kState));
  TRY_ASSIGN(view.state, parse_state(state_text));
  view.condition = view.state.boot != boot             ? Condition::stale
                   : os::is_running(view.state.keeper) ? Condition::up
                                                       : Condition::lost;
  for (MachineState& machine : view.state.machines) {
    // Its end is so fresh that the keeper has not written it yet.
    if (machine.process && !os::is_running(*machine.process) && is_running(machine.power)) {
      machine.power = Power::failed;
      machine.reason = "its emulator is gone";
    }
  }
  return view;
}

namespace {

std::string why_not_up(const LabView& view) {
  const std::string& name = view.plan.name;
  if (view.condition == Condition::ended) return std::format("lab '{}' was ended", name);
  if (view.condition == Condition::lost) {
    return std::format("lab '{}' ended by itself: its keeper is gone", name);
  }
  return std::format("lab '{}' ended when this machine was restarted", name);
}

}  // namespace

Result<LabView> read_running_lab(const std::filesystem::path& directory) {
  TRY_ASSIGN(LabView view, read_lab(directory));
  if (view.condition == Condition::up) return view;
  return fail(why_not_up(view), "remove what is left with " + down_hint(directory));
}

Result<Bytes> read_available_memory() {
  TRY_ASSIGN(const std::string text, os::read_file("/proc/meminfo"));
  for (const std::string& line : lines(text)) {
    if (!line.starts_with("MemAvailable:")) continue;
    const std::string_view value = trim(std::string_view(line).substr(line.find(':') + 1));
    if (const auto kib = parse_number(value.substr(0, value.find(' ')))) return Bytes{*kib << 10};
  }
  return fail("'/proc/meminfo' does not say how much memory is available");
}

namespace {

/// The part of making a lab that is undone when it fails.
Status make_lab(os::CommandRunner& runner, const LabPlan& plan,
                const std::optional<std::filesystem::path>& saved, const os::Handle& lock) {
  TRY(check_host(plan));
  TRY(os::write_file(plan.directory / LabFiles::kPlan, render_plan(plan)));
  for (const MachinePlan& machine : plan.machines) {
    TRY(saved ? prepare_saved_machine(runner, machine, plan, *saved)
              : prepare_machine(runner, machine, plan));
  }
  // Another lab may have started while disks were copied.
  TRY_ASSIGN(const os::Handle turn, take_turn_for_memory());
  TRY(check_memory(host_memory(plan)));
  TRY(start_keeper(plan, lock));
  return await_keeper(plan);
}

/// Removes the lock, which is held, and the directory when nothing else is in it.
Status remove_directory(const std::filesystem::path& directory) {
  TRY(os::remove_tree(directory / LabFiles::kLock));
  std::error_code not_empty;
  std::filesystem::remove(directory, not_empty);
  return {};
}

}  // namespace

Status create_lab(os::CommandRunner& runner, const LabPlan& plan,
                  const std::optional<std::filesystem::path>& saved) {
  TRY(check_directory(plan.directory));
  TRY(os::make_directory(plan.directory, {.mode = 0700}));
  TRY_ASSIGN(const os::Handle lock, lock_lab(plan));
  if (const auto earlier = find_plan(plan.directory)) {
    TRY_ASSIGN([[maybe_unused]] const auto kept, remove_files(*earlier, Leftovers::remove));
  }
  Status made = make_lab(runner, plan, saved, lock);
  if (made) return {};
  TRY_ASSIGN([[maybe_unused]] const auto kept, remove_files(plan, Leftovers::remove));
  TRY(remove_directory(plan.directory));
  return made;
}

Result<json> ask_keeper(const std::filesystem::path& directory, const Request& request) {
  TRY_ASSIGN([[maybe_unused]] const LabView view, read_running_lab(directory));
  TRY_ASSIGN(os::Handle socket, os::connect_unix(directory / LabFiles::kKeeperSocket));
  os::LineChannel channel(std::move(socket));
  TRY(channel.send_line(render_request(request), os::in(kKeeperTime)));
  const bool moves_memory = request.action == Action::save || request.action == Action::restore;
  auto line = channel.receive_line(os::in(moves_memory ? kMemoryTime : kKeeperTime));
  if (!line) return wrap("the lab's keeper", line.error());
  return parse_reply(*line);
}

Result<std::string> add_node(const std::filesystem::path& directory) {
  TRY_ASSIGN(LabView view, read_running_lab(directory));
  const int index = static_cast<int>(view.plan.machines.size());
  if (index > kMostNodes) {
    return fail(
        std::format("lab '{}' has {} nodes, as many as there can be", view.plan.name, kMostNodes));
  }
  const MachinePlan& last = view.plan.machines.back();
  LabRequest like{.name = view.plan.name,
                  .seed = view.plan.seed,
                  .directory = directory,
                  .iso = {},
                  .firmware = last.firmware,
                  .card = last.card,
                  .node_boot = last.node_boot,
                  .accelerator = last.accelerator};
  if (last.role == Role::node) {
    like.node_memory = last.memory;
    like.node_disk = last.disk;
  }
  view.plan.machines.push_back(plan_node(like, index));
  const MachinePlan& added = view.plan.machines.back();
  TRY_ASSIGN(const os::Handle turn, take_turn_for_memory());
  TRY(check_memory(host_memory(added)));
  TRY(ask_keeper(directory, {.action = Action::add, .plan = view.plan}));
  TRY(ask_keeper(directory, {.action = Action::start, .machine = added.name}));
  return added.name;
}

Result<std::vector<std::filesystem::path>> end_lab(const std::filesystem::path& directory,
                                                   Leftovers leftovers) {
  auto plan = find_plan(directory);
  if (!plan) {
    TRY(read_lab(directory));
    plan = LabPlan{.name = "", .directory = directory, .machines = {}};
  }
  const auto view = read_lab(directory);
  if (view && view->condition == Condition::up) {
    const os::ProcessId keeper = view->state.keeper;
    // A keeper that does not answer is ended by force; its emulators end with it (keeper.h).
    if (!ask_keeper(directory, {.action = Action::end})) TRY(os::signal_process(keeper, SIGKILL));
    TRY(os::wait_until_gone(keeper, kKeeperEndTime));
  }
  TRY_ASSIGN(const os::Handle lock, lock_lab(*plan));
  TRY_ASSIGN(auto kept, remove_files(*plan, leftovers));
  if (leftovers == Leftovers::keep_consoles) return kept;
  TRY(remove_directory(directory));
  return kept;
}

Result<LabWatch> LabWatch::open(const std::filesystem::path& directory) {
  TRY_ASSIGN(os::Handle socket, os::connect_unix(directory / LabFiles::kKeeperSocket));
  LabWatch watch{os::LineChannel(std::move(socket))};
  TRY(watch.channel_.send_line(render_request({.action = Action::watch}), os::in(kKeeperTime)));
  TRY_ASSIGN(const std::string line, watch.channel_.receive_line(os::in(kKeeperTime)));
  TRY_ASSIGN(watch.state_, parse_state(line));
  return watch;
}

Result<bool> LabWatch::wait(os::Deadline deadline) {
  bool changed = false;
  TRY_ASSIGN(auto line, channel_.poll_line());
  if (!line) {
    const std::array descriptors = {channel_.descriptor()};
    TRY_ASSIGN(const auto ready, os::wait_readable(descriptors, deadline));
    if (ready.empty()) return false;
    TRY_ASSIGN(line, channel_.poll_line());
  }
  while (line) {
    TRY_ASSIGN(state_, parse_state(*line));
    changed = true;
    TRY_ASSIGN(line, channel_.poll_line());
  }
  return changed;
}

}  // namespace muster::lab
