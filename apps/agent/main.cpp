// muster-agent: the node's side. `boot` runs in the initrd, `run` as a service of the running node.

#include <cstdio>
#include <cstdlib>
#include <print>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/base/version.h"
#include "core/os/host_name.h"
#include "core/os/jitter.h"
#include "hpc/node_drain.h"
#include "hpc/node_return.h"
#include "hpc/node_return_service.h"
#include "hpc/ssh_access.h"
#include "operations/channel/exec_service.h"
#include "operations/channel/restart_service.h"
#include "operations/channel/task_channel.h"
#include "provisioning/agent/accelerators.h"
#include "provisioning/agent/boot_card.h"
#include "provisioning/agent/inventory.h"
#include "provisioning/agent/running.h"
#include "provisioning/agent/stage_one.h"

namespace {

using namespace muster;

void say(const std::string& line) {
  std::println("muster: {}", line);
  std::fflush(stdout);
}

int finish(const Status& status) {
  if (status) return 0;
  say(status.error().text());
  return 1;
}

/// Who makes a container tells its first process so (systemd.io/CONTAINER_INTERFACE).
agent::Kernel whose_kernel() {
  return std::getenv("container") == nullptr ? agent::Kernel::of_image : agent::Kernel::of_host;
}

int boot(const std::string& head, const std::string& root) {
  os::PosixCommandRunner runner;
  const Status done = agent::run_stage_one(
      {.head = head, .root = root, .kernel = whose_kernel(), .runner = runner, .say = say});
  if (done) return 0;
  say(done.error().text());
  // packaging/initramfs/scripts/muster sets the network up anew.
  constexpr int kNoHead = 4;
  return kNoHead;
}

channel::SchedulerDoor scheduler_door(os::CommandRunner& runner) {
  // The scheduler knows a node by the host name that its plan gave it.
  return {.drain =
              [&runner](const std::string& word) {
                return hpc::drain_node(runner, os::read_host_name(), word);
              },
          .jobs_left = [&runner] { return hpc::jobs_left(runner, os::read_host_name()); },
          .undrain = [&runner] { return hpc::undrain_node(runner, os::read_host_name()); }};
}

Result<std::shared_ptr<void>> open_channel(const task::Link& link,
                                           const std::filesystem::path& tasks,
                                           const std::vector<task::AgentService*>& services,
                                           std::function<void()> on_wanted) {
  TRY_ASSIGN(channel::TaskRecord record, channel::TaskRecord::open(tasks));
  return std::make_shared<channel::TaskChannel>(
      link, services, std::move(record),
      channel::ChannelOptions{.say = say, .on_wanted = std::move(on_wanted)});
}

int run() {
  os::StopSignal stop;
  os::PosixCommandRunner runner;
  channel::ExecService exec(runner);
  using Kind = channel::RestartService::Kind;
  channel::RestartService reboot(Kind::reboot, runner, scheduler_door(runner));
  channel::RestartService shutdown(Kind::shutdown, runner, scheduler_door(runner));
  hpc::NodeReturnService node_return(
      [&]() -> Result<bool> {
        // Whoever drains the node now is this program.
        if (reboot.is_at_work() || shutdown.is_at_work()) return true;
        return hpc::return_node(runner, os::read_host_name());
      },
      [] { return os::random_time(std::chrono::minutes(4)); });
  const std::vector<task::AgentService*> services = {&exec, &reboot, &shutdown, &node_return};
  return finish(
      agent::run_node({.unrecorded = hpc::kKeyDirectory,
                       .version = muster_version(),
                       .runner = runner,
                       .stop = stop,
                       .say = say,
                       .on_ready = [] { sd_notify(0, "READY=1"); },
                       .services = services,
                       .open_channel =
                           [&](const task::Link& link, const auto& tasks, auto on_wanted) {
                             return open_channel(link, tasks, services, std::move(on_wanted));
                           }}));
}

int show_inventory(const std::string& root) {
  auto hardware = agent::read_hardware(root);
  if (!hardware) return finish(std::unexpected(hardware.error()));
  hardware->accelerators = agent::read_accelerators(root, agent::Ask::cards_and_drivers);
  std::println("{}", provisioning::to_json(*hardware).dump(2));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The agent of a Muster node.", "muster-agent");
  app.require_subcommand(1);
  app.set_version_flag("--version", muster_version());
  std::string head;
  std::string root;
  CLI::App* const boot_verb =
      app.add_subcommand("boot", "in the initrd: fetch the image, mount the root");
  boot_verb->add_option("--head", head, "the head's address")->required();
  boot_verb->add_option("--root", root, "where to mount the root")->required();
  CLI::App* const run_verb =
      app.add_subcommand("run", "in the running node: enrol, apply plans, report");
  std::string tree = "/";
  CLI::App* const inventory_verb =
      app.add_subcommand("inventory", "print what this machine is made of, as the head is told");
  CLI::App* const network_verb = app.add_subcommand(
      "network", "print the settings of the card that asks for an address, for systemd-networkd");
  for (CLI::App* const verb : {inventory_verb, network_verb}) {
    verb->add_option("--root", tree, "where another machine's /sys and /proc are");
  }
  CLI11_PARSE(app, argc, argv);
  if (inventory_verb->parsed()) return show_inventory(tree);
  if (network_verb->parsed()) {
    std::print("{}", agent::render_boot_network(agent::read_boot_card(tree)));
    return 0;
  }
  if (boot_verb->parsed()) return boot(head, root);
  return run_verb->parsed() ? run() : 2;
}
