#include "tests/netns/hpc/machines.h"

#include <chrono>
#include <format>
#include <signal.h>

#include "core/base/text.h"
#include "core/os/unix_socket.h"

namespace muster::hpc::testing {

std::vector<std::string> MachineRunner::inside(std::vector<std::string> argv) const {
  std::vector<std::string> all = {
      "nsenter", "--target", std::to_string(pid_), "--net", "--uts", "--mount", "--pid", "--root",
      "--wd",    "--"};
  all.insert(all.end(), std::make_move_iterator(argv.begin()), std::make_move_iterator(argv.end()));
  return all;
}

Result<os::CommandResult> MachineRunner::run(const os::Command& command) {
  os::Command outside = command;
  outside.argv = inside(command.argv);
  outside.cwd.reset();
  return runner_.run(outside);
}

Result<std::unique_ptr<Machines>> Machines::start(const std::vector<MachineSpec>& specs) {
  TRY_ASSIGN(os::TemporaryDirectory directory, os::TemporaryDirectory::make("muster-machines"));
  TRY(os::make_directory(directory.path() / "root"));
  std::unique_ptr<Machines> machines(new Machines(std::move(directory)));
  TRY_ASSIGN(auto ends, os::make_socket_pair());
  std::vector<std::string> argv = {"unshare",
                                   "--net",
                                   "--mount",
                                   "--",
                                   "python3",
                                   MUSTER_SOURCE "/tests/netns/hpc/machines.py",
                                   machines->directory_.path() / "root"};
  for (const MachineSpec& spec : specs) argv.push_back(spec.name + "=" + spec.address);
  TRY_ASSIGN(machines->wire_, os::spawn({.argv = argv,
                                         .descriptors = {{ends.second.get(), 3}},
                                         .on_parent_death = os::OnParentDeath::kill}));
  ends.second.close();
  os::LineChannel lines(std::move(ends.first));
  while (true) {
    TRY_ASSIGN(const std::string line, lines.receive_line(os::in(std::chrono::seconds(60))));
    if (line == "ready") break;
    const auto words = split(line, ' ');
    const auto pid = words.size() == 2 ? parse_number(words[1]) : std::nullopt;
    if (!pid) return fail(std::format("machines.py wrote '{}'", printable(line)));
    machines->runners_.emplace(words[0], static_cast<pid_t>(*pid));
  }
  TRY(machines->write_names(specs));
  return machines;
}

/// As a head's name server tells them. For a name that nobody knows Slurm asks ten times, with a
/// second between.
Status Machines::write_names(const std::vector<MachineSpec>& specs) {
  std::string hosts = "127.0.0.1 localhost\n";
  for (const MachineSpec& spec : specs) {
    hosts += std::format("{} {}\n", spec.address.substr(0, spec.address.find('/')), spec.name);
  }
  plan::Plan plan;
  plan.add(plan::WriteFile{.path = "/etc/hosts", .content = hosts});
  for (const MachineSpec& spec : specs) TRY(write_files(spec.name, plan));
  return {};
}

Machines::~Machines() {
  if (!wire_) return;
  const auto ended = os::signal_process(wire_->id, SIGKILL);
  if (ended) (void)os::wait_until_gone(wire_->id, std::chrono::seconds(10));
}

Status Machines::write_files(const std::string& machine, const plan::Plan& plan) {
  for (const plan::Step& step : plan.steps) {
    if (const auto* directory = std::get_if<plan::MakeDirectory>(&step)) {
      TRY(run_checked(on(machine), {.argv = {"mkdir", "-p", directory->path}}));
    }
    const auto* file = std::get_if<plan::WriteFile>(&step);
    if (file == nullptr) continue;
    TRY(run_checked(on(machine),
                    {.argv = {"install", "-D", "--mode", std::format("{:o}", file->mode), "--owner",
                              file->owner, "--group", file->group, "/dev/stdin", file->path},
                     .input = file->content}));
  }
  return {};
}

Status Machines::start_daemon(const std::string& machine, std::vector<std::string> argv) {
  TRY(os::spawn({.argv = on(machine).inside(std::move(argv)),
                 .log = directory_.path() / (machine + ".log"),
                 .on_parent_death = os::OnParentDeath::kill}));
  return {};
}

std::string Machines::log(const std::string& machine) const {
  return os::read_file(directory_.path() / (machine + ".log")).value_or("no log");
}

}  // namespace muster::hpc::testing
