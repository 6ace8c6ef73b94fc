#pragma once
// Keeps a running node on the plan that its head wants: applies it, tells the outcome until the
// head has heard it, and asks again at every heartbeat.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/apply/apply.h"
#include "core/os/command.h"
#include "core/os/jitter.h"
#include "core/task/agent_service.h"
#include "provisioning/agent/console_tail.h"
#include "provisioning/agent/head_link.h"
#include "provisioning/agent/renewal.h"

namespace muster::agent {

/// What a follower uses of the machine it runs on.
struct FollowerOptions {
  /// What the plan is made true on.
  apply::Target& machine;
  /// For the restart that the head wishes.
  os::CommandRunner& runner;
  /// As those of apply::Options.
  std::filesystem::path pending = {};
  std::filesystem::path record = {};
  std::filesystem::path unrecorded = {};
  std::function<void(const std::string&)> say;
  /// The switch port as it is known so far.
  std::function<std::optional<provisioning::LldpNeighbour>()> neighbour;
  /// The accelerators as the head shall know them; none: nothing to tell yet.
  std::function<std::optional<std::vector<provisioning::Accelerator>>()> accelerators;
  /// Called after each heartbeat while the plan holds; heartbeats go on beside it.
  std::function<void(const task::Tick&)> tick = [](const task::Tick&) {};
  /// Between two heartbeats while steps run.
  std::chrono::milliseconds heartbeat = std::chrono::seconds(10);
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Owns: nothing; `head` and what the options refer to must live longer.
class PlanFollower {
 public:
  PlanFollower(HeadLink& head, FollowerOptions options);

  /// Fetches the plan, makes it true and reports `ready`. Errors: the head does not answer; this
  /// program cannot read the plan or a step failed, and the head was told.
  Status apply_plan();

  /// One heartbeat: reboots the machine when the head wishes it, once for each wish; applies the
  /// plan anew when the head wants another than the one it knows to be applied, after a growing
  /// pause when that one failed; renews the certificate in time; tells a new switch port and other
  /// accelerators. Every ten minutes or so the plan is applied once more from memory, and what had
  /// changed meanwhile is told. Errors: as apply_plan; the machine cannot reboot, and the head was
  /// told.
  Status beat();

  /// The plan that holds here and that the head was told of; empty before the first.
  const std::string& generation() const { return generation_; }

  /// What the head was told counts for nothing any more, and the next beat applies the plan.
  void forget_plan();

  /// Tells the console and keeps the line for a failure's report.
  void say(const std::string& line);

  const ConsoleTail& console() const { return console_; }

 private:
  Status report(provisioning::NodeReport report);
  /// Ready, and what had to be put right.
  Status report_ready(const std::string& generation, std::vector<std::string> drift = {});
  Result<apply::Report> make_true(const plan::Plan& plan, const std::string& generation);
  template <typename Work>
  auto while_beating(Work work);
  Status fail_plan(const std::string& reason, const std::string& generation);
  Status tell_failure();
  Result<bool> follow(const std::string& wanted);
  Status check_plan();
  Status renew_in_time();
  Status reboot();
  void plan_next_check();
  void tick();

  HeadLink& head_;
  FollowerOptions options_;
  std::string generation_;
  /// The plan that holds here, whatever the head was told; empty: none, or one is being applied.
  std::string applied_;
  /// The last wish for a reboot: each is for one.
  std::string last_reboot_request_;
  /// The plan that was applied last.
  plan::Plan plan_;
  /// The plan that was tried last.
  std::string tried_;
  Retry plan_retry_;
  /// Why it failed, until the head has heard it.
  std::optional<provisioning::NodeReport> untold_;
  Renewal renewal_;
  std::chrono::steady_clock::time_point next_check_;
  /// What the plan does not have any more and is still there, and what of it the head knows.
  std::vector<std::string> kept_;
  std::vector<std::string> told_kept_;
  /// How often it was tried in a row to take something back.
  int soon_checks_ = 0;
  std::optional<provisioning::LldpNeighbour> told_neighbour_;
  std::optional<std::vector<provisioning::Accelerator>> told_accelerators_;
  /// Whether it was told other accelerators since the last tick.
  bool has_other_cards_ = false;
  ConsoleTail console_;
};

}  // namespace muster::agent
