// muster lab: exec, console, power, cable, run, monitor.

#include <format>
#include <iostream>
#include <iterator>
#include <memory>
#include <print>
#include <unistd.h>

#include "apps/muster/commands_lab.h"
#include "core/base/text.h"
#include "core/os/netns.h"
#include "core/os/process.h"
#include "lab/console.h"
#include "lab/console_reader.h"
#include "lab/lab.h"
#include "lab/lab_report.h"
#include "lab/lab_wait.h"
#include "lab/qemu_command.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

/// `exec` passes the guest's status through; its own failure needs one that programs seldom use,
/// the one that env(1), nohup(1) and timeout(1) took for the same purpose.
constexpr int kExecFailed = 125;

/// Words after the verb's own: a machine first, where there is one, and a command.
struct Target {
  LabPlace place;
  std::string machine;
  /// What to do with it, where the verb has a choice.
  std::string word;
  std::vector<std::string> argv;
  bool flag = false;
  int wait_seconds = 0;
};

Result<lab::MachinePlan> find_machine(const lab::LabPlan& plan, const std::string& name) {
  if (const auto* machine = plan.find_machine(name)) return *machine;
  std::vector<std::string> names;
  for (const auto& machine : plan.machines) names.push_back(machine.name);
  return fail(std::format("there is no machine '{}'", printable(name)), "use " + join(names, ", "));
}

/// The command, as it was typed. Behind a "--" the words are taken before the parser saw them: it
/// reads some of them as lists.
std::vector<std::string> command_of(const Session& session, const std::vector<std::string>& argv) {
  const bool separated = argv.size() > 1 && argv.front() == "--";
  return separated ? session.behind_dashes : argv;
}

Result<lab::GuestResult> execute(const Target& target) {
  TRY_ASSIGN(lab::LabView view, lab::read_running_lab(target.place.path()));
  view.plan.directory = target.place.path();
  TRY_ASSIGN([[maybe_unused]] const auto machine, find_machine(view.plan, target.machine));
  TRY_ASSIGN(auto wait, lab::MachineWait::open(view.plan, target.machine, {}));
  lab::GuestCommand command{.argv = target.argv};
  if (target.wait_seconds > 0) {
    TRY(wait.wait_for_agent(os::in(std::chrono::seconds(target.wait_seconds))));
  }
  if (target.flag) command.input = std::string(std::istreambuf_iterator<char>(std::cin), {});
  return wait.run(command, std::nullopt);
}

int run_exec(const Target& target) {
  const auto result = execute(target);
  if (!result) return report(result.error(), kExecFailed);
  std::cout << result->out << std::flush;
  std::cerr << result->err << std::flush;
  if (result->output == lab::GuestResult::Output::cut) {
    return report({.message = "the output was longer than the guest's agent keeps, and was cut",
                   .hint = "write it to a file in the guest"},
                  kExecFailed);
  }
  return std::cout ? result->status : kExecFailed;
}

int run_console(const Target& target) {
  const auto view = lab::read_lab(target.place.path());
  if (!view) return report(view.error());
  const auto machine = find_machine(view->plan, target.machine);
  if (!machine) return report(machine.error(), kUsage);
  const fs::path file = target.place.path() / machine->name / lab::MachineFiles::kConsole;
  const auto write = [](std::string_view text) {
    std::cout << text << std::flush;
    return std::cout ? Status{} : fail("stdout is closed");
  };
  const auto shown = target.flag ? lab::follow_console(target.place.path(), file, write)
                                 : lab::print_console(file, write);
  return shown ? kDone : report(shown.error());
}

int run_request(const LabPlace& place, const lab::Request& request) {
  const auto reply = lab::ask_keeper(place.path(), request);
  return reply ? kDone : report(reply.error());
}

/// The same, and programs are told what was done.
int run_told(const Target& target, const char* what, const lab::Request& request) {
  const int status = run_request(target.place, request);
  if (status == kDone && form() == Form::json) {
    print_json(nlohmann::json{{"machine", target.machine}, {what, target.word}}.dump());
  }
  return status;
}

int run_power(const Target& target) {
  lab::Request request{.machine = target.machine};
  if (target.word == "reset") {
    request.action = lab::Action::monitor;
    request.command = "system_reset";
  } else {
    request.action = target.word == "on" ? lab::Action::start : lab::Action::stop;
  }
  return run_told(target, "power", request);
}

int run_cable(const Target& target) {
  return run_told(target, "cable",
                  {.action = lab::Action::monitor,
                   .machine = target.machine,
                   .command = "set_link",
                   .arguments = {{"name", "wire"}, {"up", target.word == "plug"}}});
}

int run_monitor(const Target& target) {
  lab::Request request{
      .action = lab::Action::monitor, .machine = target.machine, .command = target.argv.front()};
  if (target.argv.size() > 1) {
    request.arguments = nlohmann::json::parse(target.argv[1], nullptr, false);
    if (!request.arguments.is_object()) {
      return report(
          {.message = std::format("'{}' is no JSON object", printable(target.argv[1])), .hint = ""},
          kUsage);
    }
  }
  const auto reply = lab::ask_keeper(target.place.path(), request);
  if (!reply) return report(reply.error());
  std::println("{}", reply->dump(2));
  return kDone;
}

int run_inside(const Target& target) {
  const auto view = lab::read_running_lab(target.place.path());
  if (!view) return report(view.error());
  if (auto entered = os::enter_network_namespace_of(view->state.keeper); !entered) {
    return report(entered.error());
  }
  return report(os::become(target.argv), kMissing);
}

/// A verb with a place and a target that `run` gets.
std::shared_ptr<Target> add_verb(CLI::App& lab, Session& session, const char* name,
                                 const char* help, int (*run)(const Target&)) {
  CLI::App& verb = *lab.add_subcommand(name, help);
  auto target = std::make_shared<Target>();
  target->place.add_to(verb);
  on_run(verb, session, [target, run, &session] {
    target->argv = command_of(session, target->argv);
    return run(*target);
  });
  return target;
}

CLI::Option* add_command(CLI::App& verb, Target& target) {
  verb.positionals_at_end();
  return verb.add_option("argv", target.argv, "the command and its arguments")->required();
}

void add_machine_option(CLI::App& verb, Target& target) {
  verb.add_option("machine", target.machine, "head, n1, n2, …")
      ->type_name(value::kMachine)
      ->required();
}

void add_guest_verbs(CLI::App& lab, Session& session) {
  auto exec = add_verb(lab, session, "exec", "run a command in a machine", run_exec);
  CLI::App& exec_verb = *lab.get_subcommand("exec");
  exec_verb.add_flag("--stdin", exec->flag, "give our standard input to the command");
  exec_verb.add_option("--wait", exec->wait_seconds, "seconds to wait for the machine to be up")
      ->capture_default_str();
  add_machine_option(exec_verb, *exec);
  add_command(exec_verb, *exec);
  exec_verb.footer("The exit status is the command's own; 125: it could not run.");

  auto console = add_verb(lab, session, "console", "print what a machine wrote", run_console);
  CLI::App& console_verb = *lab.get_subcommand("console");
  console_verb.add_flag("--follow", console->flag, "go on until the lab ends");
  add_machine_option(console_verb, *console);
}

void add_hand_verbs(CLI::App& lab, Session& session) {
  auto power =
      add_verb(lab, session, "power", "switch a machine on or off, or reset it", run_power);
  lab.get_subcommand("power")
      ->add_option("what", power->word, "on, off or reset")
      ->required()
      ->check(CLI::IsMember({"on", "off", "reset"}));
  add_machine_option(*lab.get_subcommand("power"), *power);
  add_json(*lab.get_subcommand("power"));

  auto cable = add_verb(lab, session, "cable", "plug or pull a machine's network cable", run_cable);
  lab.get_subcommand("cable")
      ->add_option("what", cable->word, "plug or pull")
      ->required()
      ->check(CLI::IsMember({"plug", "pull"}));
  add_machine_option(*lab.get_subcommand("cable"), *cable);
  add_json(*lab.get_subcommand("cable"));

  auto run = add_verb(lab, session, "run", "run a command of this machine in the lab's network",
                      run_inside);
  // Programs of this machine, which completion knows.
  add_command(*lab.get_subcommand("run"), *run)->type_name(value::kCommand);

  auto monitor =
      add_verb(lab, session, "monitor", "send a command to a machine's emulator", run_monitor);
  CLI::App& monitor_verb = *lab.get_subcommand("monitor")->group("");
  add_machine_option(monitor_verb, *monitor);
  monitor_verb.add_option("command", monitor->argv, "QMP command and its arguments as JSON")
      ->required()
      ->expected(1, 2);
}

}  // namespace

int print_lab(const LabPlace& place) {
  const auto view = lab::read_lab(place.path());
  if (!view) return report(view.error());
  if (form() == Form::json) {
    print_json(trim(lab::render_report_json(*view)));
  } else {
    std::print("{}", lab::render_report(*view));
  }
  return kDone;
}

void add_lab_machine(CLI::App& lab, Session& session) {
  add_guest_verbs(lab, session);
  add_hand_verbs(lab, session);
}

}  // namespace muster::cli
