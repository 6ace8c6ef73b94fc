#include "provisioning/agent/running.h"

#include <algorithm>
#include <chrono>
#include <format>

#include "core/apply/apply.h"
#include "core/os/files.h"
#include "provisioning/agent/head_client.h"

namespace muster::agent {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

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
      if (const Status done = beat(); !done) options_.say("head: " + done.error().text());
    }
    options_.say("stopping");
    return identity_.report("stopping", "", generation_);
  }

 private:
  /// Repeats until it succeeds (true) or the program is asked to stop (false).
  bool until_done(const std::string& what, const std::function<Status()>& attempt) {
    std::chrono::milliseconds pause = 1s;
    while (true) {
      const Status done = attempt();
      if (done) return true;
      options_.say(std::format("{} failed: {}; trying again", what, done.error().text()));
      if (options_.stop.wait_for(pause)) return false;
      pause = std::min<std::chrono::milliseconds>(pause * 2, 30s);
    }
  }

  Status enrol() {
    if (identity_.enrolled()) return {};
    const Status done = identity_.enrol(invitation_);
    if (!done) {
      // The head learns the reason from the boot's own session while there is no certificate.
      const Status told = report_stage(invitation_, "enrol", 100, done.error().text());
      if (!told) options_.say("the head could not be told: " + told.error().text());
      return done;
    }
    renewed_ = Clock::now();
    return identity_.report("enrolled", "", "");
  }

  Status apply_plan() {
    TRY_ASSIGN(const plan::Plan plan, identity_.plan());
    TRY(identity_.report("plan", "", ""));
    const apply::Report report = apply::apply(
        plan, {.runner = options_.runner, .on_step = [this](const apply::Outcome& outcome) {
                 if (outcome.kind == apply::Outcome::Kind::unchanged) return;
                 options_.say(outcome.step + (outcome.reason.empty() ? "" : ": " + outcome.reason));
               }});
    if (!report.succeeded()) {
      const std::string reason = failures(report);
      TRY(identity_.report("plan", reason, plan::generation(plan)));
      return fail(reason);
    }
    generation_ = plan::generation(plan);
    TRY(identity_.report("ready", "", generation_));
    options_.say("ready");
    return {};
  }

  Status beat() {
    if (Clock::now() - renewed_ > kRenewAfter) {
      TRY(identity_.renew());
      renewed_ = Clock::now();
    }
    TRY_ASSIGN(const std::string wanted, identity_.heartbeat());
    if (wanted != generation_) return apply_plan();
    return {};
  }

  const RunningOptions& options_;
  Invitation invitation_;
  Identity identity_;
  std::string generation_;
  Clock::time_point renewed_ = Clock::now();
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
