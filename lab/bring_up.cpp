#include "lab/bring_up.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/os/wait.h"
#include "lab/lab_wait.h"
#include "lab/product.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;

constexpr auto kAskEvery = 2s;
/// How long one question to the head may take; a busy emulated head needs seconds.
constexpr auto kQuestionTime = 120s;
/// execvp's status in the guest agent's words: the program is not there.
constexpr std::string_view kNoProgram = "No such file or directory";

constexpr const char* kListed = "the head to hear of it";
constexpr const char* kListedAsReady = "the head to list it as ready";

class BringUp {
 public:
  BringUp(const BringUpOptions& options, LabPlan plan)
      : options_(options), plan_(std::move(plan)), start_(os::in(0ms)) {}

  Status run() {
    TRY(start("head"));
    if (options_.wait_for != WaitFor::none) TRY(wait_for_head());
    // The head numbers nodes in the order in which it hears of them; from then on those that need
    // no emulation boot beside each other.
    const bool waits = options_.wait_for == WaitFor::nodes;
    for (const MachinePlan& machine : plan_.machines) {
      if (machine.role != Role::node) continue;
      TRY(start(machine.name));
      if (waits) TRY(wait_for_node(machine, is_fast(machine) ? Until::listed : Until::ready));
    }
    for (const MachinePlan& machine : plan_.machines) {
      const bool is_left = is_fast(machine) && machine.role == Role::node;
      if (waits && is_left) TRY(wait_for_node(machine, Until::ready));
    }
    return {};
  }

 private:
  enum class Until { listed, ready };

  static bool is_fast(const MachinePlan& machine) {
    return machine.accelerator == Accelerator::kvm;
  }

  void say(std::string_view text) const {
    if (!options_.on_progress) return;
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(os::in(0ms) - start_);
    options_.on_progress(
        std::format("{:3}:{:02} {}", elapsed.count() / 60, elapsed.count() % 60, text));
  }

  WaitOptions tell(Awaited awaited) {
    return tell_awaited(plan_, std::move(awaited), options_.interrupt,
                        [this](std::string_view line) { say(line); });
  }

  Status start(const std::string& machine) {
    TRY(ask_keeper(plan_.directory, {.action = Action::start, .machine = machine}));
    say(std::format("{}: power on", machine));
    return {};
  }

  Status wait_for_head() {
    const os::Deadline deadline = os::in(options_.head_time);
    TRY_ASSIGN(MachineWait head, MachineWait::open(plan_, "head", tell({"head"})));
    TRY(head.wait_for_agent(deadline));
    say("head: its agent answers");
    std::string last;
    while (true) {
      TRY_ASSIGN(const auto answer, ask_head(head, {"muster", "status", "--json"}));
      if (!answer) {
        say("head: it has no 'muster status'; taken as ready");
        return {};
      }
      const auto status = parse_head_status(*answer);
      if (status && status->ready == HeadStatus::Ready::yes) break;
      last = status ? join(status->problems, "; ") : printable(*answer);
      if (os::in(0ms) >= deadline) return head.fail_at("start of services", "not ready: " + last);
      TRY(head.pause(last.empty() ? "its services" : last, kAskEvery));
    }
    say("head: ready");
    return {};
  }

  /// What a command on the head prints; nothing when the head does not have it.
  Result<std::optional<std::string>> ask_head(MachineWait& head, std::vector<std::string> argv) {
    auto result = head.run({.argv = std::move(argv)}, os::in(kQuestionTime));
    if (!result && result.error().message.contains(kNoProgram)) return std::nullopt;
    if (!result) return std::unexpected(result.error());
    // A head that has no answer yet says why on stderr.
    return result->out.empty() ? std::string(trim(result->err)) : result->out;
  }

  Status wait_for_node(const MachinePlan& machine, Until until) {
    const os::Deadline deadline = os::in(options_.node_time);
    // The head is asked, and the node is awaited.
    const char* const what = until == Until::ready ? kListedAsReady : kListed;
    const Awaited awaited{.machine = machine.name, .what = what};
    TRY_ASSIGN(MachineWait head, MachineWait::open(plan_, "head", tell(awaited)));
    TRY_ASSIGN(MachineWait node, MachineWait::open(plan_, machine.name, tell(awaited)));
    std::string last;
    while (true) {
      TRY_ASSIGN(const auto text, ask_head(head, {"muster", "node", "list", "--json"}));
      if (!text) return node.wait_for_agent(deadline);
      const auto nodes = parse_node_list(*text);
      const NodeStatus* status = nodes ? find_node(*nodes, machine.mac) : nullptr;
      const std::string now = nodes ? render_node(status) : printable(*text);
      if (now != last) say(std::format("{}: {}", machine.name, now));
      last = now;
      if (status != nullptr && (until == Until::listed || status->state == "ready")) return {};
      if (os::in(0ms) >= deadline) {
        return node.fail_at("boot", std::format("waited in vain for {}: {}", what, last));
      }
      TRY(node.pause(what, kAskEvery));
    }
  }

  const BringUpOptions& options_;
  LabPlan plan_;
  os::Deadline start_;
};

}  // namespace

Status bring_up(const BringUpOptions& options) {
  TRY_ASSIGN(LabView view, read_running_lab(options.directory));
  view.plan.directory = options.directory;
  return BringUp(options, std::move(view.plan)).run();
}

}  // namespace muster::lab
