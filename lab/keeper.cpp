#include "lab/keeper.h"

#include <algorithm>
#include <csignal>
#include <format>
#include <list>
#include <memory>
#include <utility>

#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "core/os/netns.h"
#include "core/os/wait.h"
#include "lab/keeper_protocol.h"
#include "lab/lab_files.h"
#include "lab/machine.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kSendTime = 5s;
constexpr std::size_t kRequestLimit = 4U << 20;

/// Somebody who is connected.
struct Client {
  os::LineChannel channel;
  /// gone: it is to be let go once nobody looks at the list.
  enum class Wish { replies, changes, gone } wish = Wish::replies;
};

class Keeper {
 public:
  Keeper(LabPlan plan, std::string boot, os::ProcessId self, os::Handle listener,
         os::Handle signals)
      : plan_(std::move(plan)),
        boot_(std::move(boot)),
        self_(self),
        listener_(std::move(listener)),
        signals_(std::move(signals)) {
    for (const MachinePlan& machine : plan_.machines) {
      machines_.push_back(std::make_unique<Machine>(machine, plan_));
    }
  }

  Status run() {
    TRY(serve_site());
    TRY(publish());
    while (!ending_) {
      TRY_ASSIGN(const auto ready, os::wait_readable(descriptors()));
      for (const auto& machine : machines_) {
        changed_ = machine->handle_events() || changed_;
      }
      const auto is_ready = [&](int fd) { return std::ranges::contains(ready, fd); };
      if (is_ready(signals_.get())) ending_ = true;
      if (is_ready(listener_.get())) accept();
      serve(is_ready);
      publish_if_changed();
    }
    TRY(stop_machines());
    return publish();
  }

 private:
  Status serve_site() {
    if (!has_site(plan_)) return {};
    TRY_ASSIGN(site_server_, os::spawn({.argv = site_server_command(),
                                        .on_parent_death = os::OnParentDeath::kill}));
    return {};
  }

  std::vector<int> descriptors() const {
    std::vector<int> all = {listener_.get(), signals_.get()};
    for (const Client& client : clients_) all.push_back(client.channel.descriptor());
    for (const auto& machine : machines_) {
      for (const int fd : machine->descriptors()) all.push_back(fd);
    }
    return all;
  }

  LabState state() const {
    LabState state{.boot = boot_, .keeper = self_, .machines = {}};
    for (const auto& machine : machines_) state.machines.push_back(machine->state());
    return state;
  }

  Status publish() {
    const std::string text = render_state(state());
    for (Client& client : clients_) {
      if (client.wish != Client::Wish::changes) continue;
      if (!client.channel.send_line(text, os::in(kSendTime))) client.wish = Client::Wish::gone;
    }
    return os::write_file(plan_.directory / LabFiles::kState, text + "\n");
  }

  void accept() {
    // A connection that ended before it was taken is nobody's loss.
    if (auto socket = os::accept_unix(listener_)) {
      clients_.push_back({.channel = os::LineChannel(std::move(*socket), kRequestLimit)});
    }
  }

  template <typename IsReady>
  void serve(IsReady is_ready) {
    for (Client& client : clients_) {
      if (!is_ready(client.channel.descriptor())) continue;
      const auto line = client.channel.poll_line();
      if (!line) client.wish = Client::Wish::gone;
      if (line && *line) answer(client, **line);
    }
    std::erase_if(clients_, [](const Client& client) { return client.wish == Client::Wish::gone; });
  }

  /// Answers one request. The new state is written before the answer: who has the answer finds it.
  void answer(Client& client, const std::string& line) {
    const auto request = parse_request(line);
    std::string text;
    if (request && request->action == Action::watch) {
      client.wish = Client::Wish::changes;
      text = render_state(state());
    } else {
      text = render_reply(request ? act(*request) : std::unexpected(request.error()));
      publish_if_changed();
    }
    if (!client.channel.send_line(text, os::in(kSendTime))) client.wish = Client::Wish::gone;
  }

  Result<json> act(const Request& request) {
    if (request.action == Action::end) return end_all();
    if (request.action == Action::add) return add(request);
    if (request.action == Action::save) return save();
    if (request.action == Action::restore) return restore();
    const auto found = std::ranges::find(machines_, request.machine,
                                         [](const auto& machine) { return machine->plan().name; });
    if (found == machines_.end()) {
      return fail(std::format("there is no machine '{}'", printable(request.machine)),
                  "see muster lab status");
    }
    Machine& machine = **found;
    changed_ = true;
    if (request.action == Action::monitor)
      return machine.execute(request.command, request.arguments);
    TRY(request.action == Action::start ? machine.start() : machine.stop());
    return json::object();
  }

  Result<json> add(const Request& request) {
    if (!request.plan || request.plan->machines.empty()) return fail("no machine to add");
    const MachinePlan& machine = request.plan->machines.back();
    if (plan_.find_machine(machine.name) != nullptr) {
      return fail(std::format("there is a machine '{}' already", machine.name));
    }
    os::PosixCommandRunner runner;
    // Not before it is certain that no machine has this name: its disk would be made anew.
    TRY(prepare_machine(runner, machine, plan_));
    TRY(os::run_checked(runner,
                        {.argv = {"ip", "-batch", "-"}, .input = render_port(machine.name)}));
    plan_.machines.push_back(machine);
    machines_.push_back(std::make_unique<Machine>(machine, plan_));
    TRY(os::write_file(plan_.directory / LabFiles::kPlan, render_plan(plan_)));
    changed_ = true;
    return json::object();
  }

  template <typename Deed>
  Status each_in(Power power, Deed deed) {
    for (const auto& machine : machines_) {
      if (machine->state().power == power) TRY(deed(*machine));
    }
    return {};
  }

  /// A lab that cannot be saved goes on.
  Result<json> save() {
    changed_ = true;
    Status done = each_in(Power::on, [](Machine& machine) { return machine.pause(); });
    if (done) done = each_in(Power::paused, [](Machine& machine) { return machine.save(); });
    if (!done) {
      for (const auto& machine : machines_) TRY(machine->discard_memory());
      TRY(each_in(Power::paused, [](Machine& machine) { return machine.resume(); }));
      return std::unexpected(std::move(done).error());
    }
    TRY(stop_machines("saved"));
    return json::object();
  }

  /// All are there before the first goes on.
  Result<json> restore() {
    changed_ = true;
    for (const auto& machine : machines_) {
      const auto memory = plan_.directory / machine->plan().name / MachineFiles::kMemory;
      if (!os::is_missing(memory)) TRY(machine->restore());
    }
    TRY(each_in(Power::paused, [](Machine& machine) { return machine.resume(); }));
    return json::object();
  }

  Result<json> end_all() {
    ending_ = true;
    TRY(stop_machines());
    return json::object();
  }

  Status stop_machines(const std::string& why = "switched off") {
    Status first_failure;
    for (const auto& machine : machines_) {
      if (auto stopped = machine->stop(why); !stopped && first_failure) first_failure = stopped;
    }
    return first_failure;
  }

  /// What cannot be written, on a full disk, is written when something happens next: the machines
  /// run on.
  void publish_if_changed() {
    if (!changed_) return;
    for (const auto& machine : machines_) machine->handle_events();
    changed_ = !publish();
  }

  LabPlan plan_;
  std::string boot_;
  os::ProcessId self_;
  os::Handle listener_;
  os::Handle signals_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::list<Client> clients_;
  /// It ends with this process.
  std::optional<os::Child> site_server_;
  /// Since the state was last written.
  bool changed_ = false;
  bool ending_ = false;
};

}  // namespace

Status run_keeper(const std::filesystem::path& directory) {
  os::Handle listener = os::adopt_descriptor(kListenerDescriptor);
  // Held until the end: as long as this process is there, nobody else takes this lab's directory.
  const os::Handle lock = os::adopt_descriptor(kLockDescriptor);
  TRY_ASSIGN(const std::string text, os::read_file(directory / LabFiles::kPlan));
  TRY_ASSIGN(LabPlan plan, parse_plan(text));
  TRY_ASSIGN(os::Handle signals, os::open_signals({SIGTERM, SIGINT, SIGHUP}));
  TRY(os::enter_new_network_namespace());
  os::PosixCommandRunner runner;
  TRY(os::run_checked(runner, {.argv = {"ip", "-batch", "-"}, .input = render_wire(plan)}));
  TRY_ASSIGN(std::string boot, os::read_boot_id());
  TRY_ASSIGN(const os::ProcessId self, os::read_process(getpid()));
  return Keeper(std::move(plan), std::move(boot), self, std::move(listener), std::move(signals))
      .run();
}

}  // namespace muster::lab
