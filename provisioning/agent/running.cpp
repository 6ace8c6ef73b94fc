#include "provisioning/agent/running.h"

#include <algorithm>
#include <chrono>
#include <format>

#include "core/apply/apply.h"
#include "core/os/files.h"
#include "provisioning/agent/console_tail.h"
#include "provisioning/agent/head_client.h"
#include "provisioning/agent/inventory.h"
#include "provisioning/agent/lldp.h"

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kHeartbeat = 10s;
/// Two thirds of the head's seven days.
constexpr auto kRenewAfter = std::chrono::hours(112);

std::string failures(const apply::Report& report) {
  std::string text;
  for (const apply::Outcome& outcome : report.outcomes) {
    if (outcome.kind != apply::Outcome::Kind::failed) continue;
    text += (text.empty() ? "" : " | ") + outcome.step + ": " + outcome.reason;
  }
  return text;
}

class RunningNode {
 public:
  RunningNode(const RunningOptions& options, Invitation invitation, Identity identity)
      : options_(options), invitation_(std::move(invitation)), identity_(std::move(identity)) {}

  Status run() {
    if (!until_done("enrol", [this] { return enrol(); })) return {};
    if (!until_done("plan", [this] { return apply_plan(); })) return {};
    options_.on_ready();
    while (!options_.stop.wait_for(kHeartbeat)) {
      if (const Status done = beat(); !done) say("head: " + done.error().text());
    }
    say("stopping");
    return identity_.report({.stage = "stopping", .generation = generation_});
  }

 private:
  /// Repeats until it succeeds (true) or the program is asked to stop (false).
  bool until_done(const std::string& what, const std::function<Status()>& attempt) {
    std::chrono::milliseconds pause = 1s;
    while (true) {
      const Status done = attempt();
      if (done) return true;
      say(std::format("{} failed: {}; trying again", what, done.error().text()));
      if (options_.stop.wait_for(pause)) return false;
      pause = std::min<std::chrono::milliseconds>(pause * 2, 30s);
    }
  }

  Status enrol() {
    if (identity_.enrolled()) return {};
    if (tried_token_ == invitation_.token) TRY(ask_for_new_token());
    tried_token_ = invitation_.token;
    const Status done = identity_.enrol(invitation_);
    if (!done) {
      // The head learns the reason from the boot's own session while there is no certificate.
      const Status told = report_stage(invitation_, {.stage = "enrol",
                                                     .progress = 100,
                                                     .failure = done.error().text(),
                                                     .console = console_.lines()});
      if (!told) say("the head could not be told: " + told.error().text());
      return done;
    }
    return identity_.report({.stage = "enrolled"});
  }

  /// A token is good for one try, and a head that was started again knows none: the machine is
  /// discovered once more. It stays the node that it booted as.
  Status ask_for_new_token() {
    TRY_ASSIGN(const provisioning::Hardware hardware, read_hardware());
    TRY_ASSIGN(DiscoverAnswer answer, discover(invitation_.head, hardware));
    if (!answer.invited) return fail(answer.reason);
    if (answer.invitation.node_name != invitation_.node_name) {
      return fail(std::format("this machine booted as {} and the head calls it {} now",
                              invitation_.node_name, answer.invitation.node_name),
                  "boot it again");
    }
    invitation_ = std::move(answer.invitation);
    return {};
  }

  Status apply_plan() {
    TRY_ASSIGN(const plan::Plan plan, identity_.plan());
    TRY(identity_.report({.stage = "plan"}));
    const apply::Report report = apply::apply(
        plan, {.runner = options_.runner, .on_step = [this](const apply::Outcome& outcome) {
                 if (outcome.kind == apply::Outcome::Kind::unchanged) return;
                 say(outcome.step + (outcome.reason.empty() ? "" : ": " + outcome.reason));
               }});
    if (!report.succeeded()) {
      const std::string reason = failures(report);
      TRY(identity_.report({.stage = "plan",
                            .failure = reason,
                            .generation = plan::generation(plan),
                            .console = console_.lines()}));
      return fail(reason);
    }
    generation_ = plan::generation(plan);
    TRY(report_ready());
    say("ready");
    return {};
  }

  Status beat() {
    TRY_ASSIGN(const std::string wanted, identity_.heartbeat());
    // The file's age, not the agent's: an agent that was started again still renews in time.
    // Neither may keep the other from being tried.
    Status renewed = identity_.certificate_age() >= kRenewAfter ? identity_.renew() : Status();
    if (wanted != generation_) TRY(apply_plan());
    TRY(std::move(renewed));
    return neighbours_.latest() == told_neighbour_ ? Status() : report_ready();
  }

  Status report_ready() {
    const auto neighbour = neighbours_.latest();
    TRY(identity_.report({.stage = "ready", .generation = generation_, .neighbour = neighbour}));
    told_neighbour_ = neighbour;
    return {};
  }

  void say(const std::string& line) {
    console_.add(line);
    options_.say(line);
  }

  const RunningOptions& options_;
  Invitation invitation_;
  Identity identity_;
  std::string tried_token_;
  std::string generation_;
  NeighbourListener neighbours_;
  std::optional<provisioning::LldpNeighbour> told_neighbour_;
  ConsoleTail console_;
};

}  // namespace

Status run_node(const RunningOptions& options) {
  auto text = os::read_file(options.invitation);
  if (!text) {
    return fail(std::format("this machine was not booted by Muster: {}", text.error().message),
                "boot it from the network of a Muster head");
  }
  TRY_ASSIGN(Invitation invitation, parse_invitation(*text));
  TRY_ASSIGN(Identity identity, Identity::open(options.identity, invitation.head));
  return RunningNode(options, std::move(invitation), std::move(identity)).run();
}

}  // namespace muster::agent
