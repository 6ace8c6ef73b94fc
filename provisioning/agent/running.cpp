#include "provisioning/agent/running.h"

#include <algorithm>
#include <chrono>
#include <format>
#include <map>
#include <utility>

#include "core/apply/target/running_machine.h"
#include "core/os/files.h"
#include "core/os/jitter.h"
#include "core/os/wait.h"
#include "provisioning/agent/accelerators.h"
#include "provisioning/agent/head_client.h"
#include "provisioning/agent/inventory.h"
#include "provisioning/agent/lldp.h"
#include "provisioning/agent/plan_follower.h"

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kHeartbeat = 10s;

/// Until the first plan holds.
constexpr Backoff kFirstPauses{.first = 1s, .longest = 30s};

class RunningNode {
 public:
  RunningNode(const RunningOptions& options, Invitation invitation, Identity identity)
      : options_(options), invitation_(std::move(invitation)), identity_(std::move(identity)) {}
  // The follower refers to this object's identity.
  RunningNode(const RunningNode&) = delete;
  RunningNode& operator=(const RunningNode&) = delete;

  Status run() {
    TRY_ASSIGN(channel_,
               options_.open_channel(identity_, options_.tasks, [this] { options_.stop.wake(); }));
    bool is_ready = false;
    for (int turns = 1;; ++turns) {
      if (const Status done = turn(); !done) say("head: " + done.error().text());
      if (!is_ready && !follower_.generation().empty()) {
        is_ready = true;
        options_.on_ready();
      }
      if (options_.stop.wait_for(is_ready ? kHeartbeat : first_pause(turns))) break;
    }
    // Nothing is heard of this node after the word that it stops.
    channel_.reset();
    if (!is_ready) return {};
    say("stopping");
    return identity_.report({.stage = "stopping", .generation = follower_.generation()});
  }

 private:
  /// A node that has its certificate gives a sign of life in time, whatever becomes of its plan.
  std::chrono::milliseconds first_pause(int turns) const {
    const auto pause = kFirstPauses.after(turns, os::random_part());
    return identity_.enrolled() ? std::min(pause, kHeartbeat) : pause;
  }

  /// Whatever is to be done now: enrol, take over the plan, or one heartbeat. Errors: any; the next
  /// turn goes on where this one failed.
  Status turn() {
    cards_.look(read_accelerators("/", Ask::cards_and_drivers), os::in({}));
    if (identity_.refused()) leave_identity();
    TRY(enrol());
    // Also before the first plan holds: a node whose plan fails hears that it shall reboot.
    return follower_.beat();
  }

  Status enrol() {
    if (identity_.enrolled()) return {};
    if (tried_token_ == invitation_.boot.token) TRY(ask_for_new_token());
    tried_token_ = invitation_.boot.token;
    const Status done = identity_.enrol(invitation_);
    if (!done) {
      // The head learns the reason from the boot's own session while there is no certificate.
      const Status told = report_stage(invitation_, {.stage = "enrol",
                                                     .progress = 100,
                                                     .failure = done.error().text(),
                                                     .console = follower_.console().lines()});
      if (!told) say("the head could not be told: " + told.error().text());
      return done;
    }
    return identity_.report({.stage = "enrolled"});
  }

  /// The head knows this node and not its certificate any more. To the head it boots anew, so it
  /// hears of the plan once more as well.
  void leave_identity() {
    say("the head refuses this node's certificate; enrolling again");
    if (const Status done = identity_.forget(); !done) say(done.error().text());
    follower_.forget_plan();
    trusted_ca_ = invitation_.boot.ca;
    tried_token_ = invitation_.boot.token;
  }

  /// A token is good for one try, and a head that was started again knows none: the machine is
  /// discovered once more. It stays the node that it booted as.
  Status ask_for_new_token() {
    TRY_ASSIGN(const provisioning::Hardware hardware, read_hardware());
    TRY_ASSIGN(
        provisioning::DiscoverAnswer answer,
        discover(invitation_.head, hardware, read_started_profile(), invitation_.boot.image));
    if (const auto* const wait = std::get_if<provisioning::WaitAnswer>(&answer.decision)) {
      return fail(wait->reason);
    }
    auto& boot = std::get<provisioning::BootAnswer>(answer.decision);
    if (boot.node_name != invitation_.boot.node_name) {
      return fail(std::format("this machine booted as {} and the head calls it {} now",
                              invitation_.boot.node_name, boot.node_name),
                  "boot it again");
    }
    if (!trusted_ca_.empty() && boot.ca != trusted_ca_) {
      return fail("a machine with another authority answers in the head's place",
                  "look for it in the cluster's network; if the head was set up anew, boot this "
                  "node again");
    }
    // It runs what it fetched, whatever the head would answer a machine that begins.
    boot.image_name = invitation_.boot.image_name;
    boot.image = invitation_.boot.image;
    invitation_.boot = std::move(boot);
    return {};
  }

  void tick_services(const task::Tick& tick) {
    for (task::AgentService* const service : options_.services) {
      const Status done = service->tick(tick);
      const std::string error = done ? std::string() : done.error().text();
      const bool is_new = std::exchange(said_[service->name()], error) != error;
      if (is_new && !error.empty()) say(std::format("{}: {}", service->name(), error));
    }
  }

  void say(const std::string& line) { follower_.say(line); }

  const RunningOptions& options_;
  Invitation invitation_;
  Identity identity_;
  std::string tried_token_;
  /// Once enrolled, no other authority is believed in this boot.
  std::string trusted_ca_;
  NeighbourListener neighbours_;
  AcceleratorNews cards_;
  apply::RunningMachine machine_{options_.runner};
  PlanFollower follower_{identity_,
                         {.machine = machine_,
                          .runner = options_.runner,
                          .pending = options_.pending,
                          .record = options_.record,
                          .unrecorded = options_.unrecorded,
                          .say = options_.say,
                          .neighbour = [this] { return neighbours_.latest(); },
                          .accelerators = [this] { return cards_.settled(); },
                          .tick = [this](const task::Tick& tick) { tick_services(tick); }}};
  /// What each service failed at last: the console keeps few lines, and a service may fail for
  /// days.
  std::map<std::string, std::string> said_;
  std::shared_ptr<void> channel_;
};

}  // namespace

Status run_node(const RunningOptions& options) {
  auto text = os::read_file(options.invitation);
  if (!text) {
    return fail(std::format("this machine was not booted by Muster: {}", text.error().message),
                "boot it from the network of a Muster head");
  }
  TRY_ASSIGN(Invitation invitation, parse_invitation(*text));
  TRY_ASSIGN(Identity identity, Identity::open({.directory = options.identity,
                                                .head = invitation.head,
                                                .version = options.version}));
  return RunningNode(options, std::move(invitation), std::move(identity)).run();
}

}  // namespace muster::agent
