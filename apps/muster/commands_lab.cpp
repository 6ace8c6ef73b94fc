// muster lab: up, status, down, add. The verbs for one machine are in commands_lab_machine.cpp.

#include "apps/muster/commands_lab.h"

#include <csignal>
#include <format>
#include <memory>
#include <print>
#include <thread>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/command.h"
#include "core/os/wait.h"
#include "lab/accelerator.h"
#include "lab/bring_up.h"
#include "lab/keeper.h"
#include "lab/lab.h"
#include "lab/qemu_command.h"
#include "lab/saved_state.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

/// The options of `lab up` as somebody types them.
struct UpOptions {
  LabPlace place;
  std::string iso;
  /// A saved state, in place of an ISO and what follows.
  std::string from;
  int nodes = 2;
  std::string firmware = "bios";
  std::string medium = "cdrom";
  std::string memory = "1536 MiB";
  std::string head_memory = "2 GiB";
  std::string head_disk = "0";
  std::string node_disk = "4 GiB";
  std::string accelerator = "auto";
  std::string wait_for = "nodes";
  int timeout = 900;
  bool site = false;
  std::string card = "virtio";
  std::string node_boot = "pxe";
};

Result<std::optional<Bytes>> parse_disk(const std::string& text) {
  TRY_ASSIGN(const Bytes size, parse_bytes(text));
  if (size.count == 0) return std::nullopt;
  if (size < Bytes::from_mib(16)) {
    return fail(std::format("a disk of {} is too small for anything", human(size)),
                "write a size with its unit, such as '4 GiB'; 0 is no disk");
  }
  return size;
}

Result<lab::AcceleratorChoice> choose(os::CommandRunner& runner, const std::string& word) {
  if (word == "kvm")
    return lab::AcceleratorChoice{.accelerator = lab::Accelerator::kvm, .reason = ""};
  if (word == "tcg") {
    return lab::AcceleratorChoice{.accelerator = lab::Accelerator::tcg,
                                  .reason = "--accelerator tcg"};
  }
  return lab::choose_accelerator(runner, lab::labs_directory());
}

Result<lab::LabRequest> make_request(const UpOptions& options, lab::Accelerator accelerator) {
  lab::LabRequest request;
  request.name = options.place.name;
  request.directory = options.place.path();
  request.iso = fs::absolute(options.iso).lexically_normal();
  request.nodes = options.nodes;
  TRY_ASSIGN(request.firmware, lab::parse_firmware(options.firmware));
  TRY_ASSIGN(request.medium, lab::parse_medium(options.medium));
  TRY_ASSIGN(request.node_memory, parse_bytes(options.memory));
  TRY_ASSIGN(request.head_memory, parse_bytes(options.head_memory));
  TRY_ASSIGN(request.head_disk, parse_disk(options.head_disk));
  TRY_ASSIGN(request.node_disk, parse_disk(options.node_disk));
  request.site = options.site ? lab::Site::present : lab::Site::none;
  TRY_ASSIGN(request.card, lab::parse_card(options.card));
  TRY_ASSIGN(request.node_boot, lab::parse_node_boot(options.node_boot));
  request.accelerator = accelerator;
  request.host_cpus = static_cast<int>(std::thread::hardware_concurrency());
  return request;
}

lab::WaitFor wait_for(const std::string& word) {
  return word == "none"   ? lab::WaitFor::none
         : word == "head" ? lab::WaitFor::head
                          : lab::WaitFor::nodes;
}

/// Ends a lab that somebody interrupted while it came up.
int clean_up(const fs::path& directory) {
  say("interrupted: ending the lab");
  if (auto ended = lab::end_lab(directory, lab::Leftovers::remove); !ended) {
    return report(ended.error());
  }
  return kFailed;
}

/// What the wait for machines needs to know.
lab::BringUpOptions waiting(const UpOptions& options, const os::Handle& interrupt) {
  return {.directory = options.place.path(),
          .wait_for = wait_for(options.wait_for),
          .head_time = std::chrono::seconds(options.timeout),
          .node_time = std::chrono::seconds(options.timeout),
          .on_progress = say,
          .interrupt = &interrupt};
}

/// The end of `up`, when the machines were started with this result.
int finish_up(const UpOptions& options, const Status& up, const os::Handle& interrupt) {
  const std::array descriptors = {interrupt.get()};
  if (const auto asked = os::wait_readable(descriptors, os::in({})); asked && !asked->empty()) {
    return clean_up(options.place.path());
  }
  if (!up) {
    report(up.error());
    say("the lab is left as it is to look at: muster lab status, muster lab down");
    return kFailed;
  }
  return print_lab(options.place);
}

int run_up_from(const UpOptions& options) {
  os::PosixCommandRunner runner;
  const auto state = lab::read_saved_state(runner, options.from);
  if (!state) return report(state.error());
  const auto plan = lab::plan_of(*state, options.place.name, options.place.path(), os::now_ms());
  const auto interrupt = os::open_signals({SIGINT, SIGTERM, SIGHUP});
  if (!interrupt) return report(interrupt.error());
  if (auto created = lab::create_lab(runner, plan, state->plan.directory); !created) {
    return report(created.error());
  }
  return finish_up(options, lab::bring_back(*state, waiting(options, *interrupt)), *interrupt);
}

int run_up(const UpOptions& options) {
  if (!options.from.empty()) return run_up_from(options);
  if (options.iso.empty()) {
    return report(fail("a lab starts from an ISO or from a saved state",
                       "name it: --iso FILE, or --from STATE")
                      .error(),
                  kUsage);
  }
  os::PosixCommandRunner runner;
  auto choice = choose(runner, options.accelerator);
  if (!choice) return report(choice.error(), kMissing);
  const auto request = make_request(options, choice->accelerator);
  if (!request) return report(request.error(), kUsage);
  const auto plan = lab::plan_lab(*request);
  if (!plan) return report(plan.error(), kUsage);
  const auto interrupt = os::open_signals({SIGINT, SIGTERM, SIGHUP});
  if (!interrupt) return report(interrupt.error());
  if (!choice->reason.empty()) say(std::format("software emulation: {}", choice->reason));
  if (auto created = lab::create_lab(runner, *plan); !created) return report(created.error());
  return finish_up(options, lab::bring_up(waiting(options, *interrupt)), *interrupt);
}

int run_down(const LabPlace& place, lab::Leftovers leftovers) {
  const auto kept = lab::end_lab(place.path(), leftovers);
  if (!kept) return report(kept.error());
  nlohmann::json files = nlohmann::json::array();
  for (const fs::path& file : *kept) {
    if (form() == Form::text) std::println("{}", file.string());
    files.push_back(file.string());
  }
  if (form() == Form::json) print_json(nlohmann::json{{"kept", files}}.dump());
  return kDone;
}

int run_keep(const std::string& directory) {
  if (auto kept = lab::run_keeper(directory); !kept) return report(kept.error());
  return kDone;
}

int run_add(const LabPlace& place) {
  const auto name = lab::add_node(place.path());
  if (!name) return report(name.error());
  return print_answer({{"added", *name}}, *name);
}

void add_up(CLI::App& lab, Session& session) {
  CLI::App& verb = *lab.add_subcommand("up", "start a virtual cluster from an ISO");
  const auto options = std::make_shared<UpOptions>();
  options->place.add_to(verb);
  CLI::Option& from = *verb.add_option("--from", options->from, "a saved state, in place of an ISO")
                           ->type_name(value::kState);
  verb.add_option("--iso", options->iso, "the ISO that the head boots from")
      ->type_name(value::kFile)
      ->excludes(&from);
  verb.add_option("--nodes", options->nodes, "number of blank nodes")
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--firmware", options->firmware, "bios, uefi or secureboot")
      ->check(CLI::IsMember({"bios", "uefi", "secureboot"}))
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--medium", options->medium, "the ISO as cdrom or usb disk")
      ->check(CLI::IsMember({"cdrom", "usb"}))
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--memory", options->memory, "memory of a node")
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--head-memory", options->head_memory, "memory of the head")
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--head-disk", options->head_disk, "empty disk of the head, 0 for none")
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--node-disk", options->node_disk, "empty disk of a node, 0 for none")
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--card", options->card, "virtio, e1000e, igb, rtl8139 or vmxnet3")
      ->check(CLI::IsMember({"virtio", "e1000e", "igb", "rtl8139", "vmxnet3"}))
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--node-boot", options->node_boot, "how UEFI nodes boot: pxe (TFTP) or http")
      ->check(CLI::IsMember({"pxe", "http"}))
      ->excludes(&from)
      ->capture_default_str();
  verb.add_flag("--site", options->site,
                "give the head a second card, to a network as a campus has it")
      ->excludes(&from);
  verb.add_option("--accelerator", options->accelerator, "auto, kvm or tcg")
      ->check(CLI::IsMember({"auto", "kvm", "tcg"}))
      ->excludes(&from)
      ->capture_default_str();
  verb.add_option("--wait", options->wait_for, "wait for none, head or nodes")
      ->check(CLI::IsMember({"none", "head", "nodes"}))
      ->capture_default_str();
  verb.add_option("--timeout", options->timeout, "seconds for the head, and for each node")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  add_json(verb);
  on_run(verb, session, [options] { return run_up(*options); });
}

void add_rest(CLI::App& lab, Session& session) {
  const auto place = std::make_shared<LabPlace>();
  const auto flag = std::make_shared<bool>(false);

  CLI::App& status = *lab.add_subcommand("status", "show the machines of a lab");
  place->add_to(status);
  add_json(status);
  on_run(status, session, [place] { return print_lab(*place); });

  CLI::App& down = *lab.add_subcommand("down", "end a lab and remove what it made");
  place->add_to(down);
  down.add_flag("--keep", *flag, "keep the console files and print their names");
  add_json(down);
  on_run(down, session, [place, flag] {
    return run_down(*place, *flag ? lab::Leftovers::keep_consoles : lab::Leftovers::remove);
  });

  CLI::App& add = *lab.add_subcommand("add", "add one blank node to a lab and switch it on");
  place->add_to(add);
  add_json(add);
  on_run(add, session, [place] { return run_add(*place); });

  // What `up` starts in the background; nobody types it.
  CLI::App& keep = *lab.add_subcommand("keep", "run a lab in the background")->group("");
  const auto directory = std::make_shared<std::string>();
  keep.add_option("--dir", *directory)->required();
  on_run(keep, session, [directory] { return run_keep(*directory); });
}

}  // namespace

fs::path LabPlace::path() const {
  return directory.empty() ? lab::labs_directory() / name
                           : fs::absolute(directory).lexically_normal();
}

void LabPlace::add_to(CLI::App& verb) {
  verb.add_option("--name", name, "the lab's name")->type_name(value::kLab)->capture_default_str();
  verb.add_option("--dir", directory, "its directory in place of the default one for its name")
      ->type_name(value::kDirectory);
}

void add_lab(CLI::App& app, Session& session) {
  CLI::App& noun = *app.add_subcommand("lab", "a virtual cluster on this machine");
  noun.require_subcommand(1);
  add_up(noun, session);
  add_rest(noun, session);
  add_lab_machine(noun, session);
  add_lab_state(noun, session);
}

}  // namespace muster::cli
