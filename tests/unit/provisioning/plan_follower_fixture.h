#pragma once
// A node that follows a plan, with a head, programs and a clock of its own.

#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>

#include "core/apply/target/fake.h"
#include "core/plan/plan.h"
#include "provisioning/agent/plan_follower.h"

namespace muster::agent {

using namespace std::chrono_literals;
using provisioning::Accelerator;
using provisioning::HeartbeatAnswer;
using provisioning::LldpNeighbour;
using provisioning::NodeReport;
using provisioning::PlanAnswer;

/// A head that can be away for some calls and remembers what it was told.
class FakeHead final : public HeadLink {
 public:
  std::chrono::seconds certificate_age() const override { return age; }
  Status renew() override {
    ++renewals;
    return deaf_to == "renew" ? fail("the head does not answer") : Status();
  }
  Result<PlanAnswer> plan() const override {
    ++plans;
    if (plan_error) return std::unexpected(*plan_error);
    if (unreadable) return PlanAnswer{.generation = generation(), .plan = fail(*unreadable)};
    return PlanAnswer{.generation = generation(), .plan = wanted};
  }
  Status report(const NodeReport& report) const override {
    const bool deaf = report.stage == deaf_to || (deaf_to_failures && !report.failure.empty());
    if (deaf) return fail("the head does not answer");
    told.push_back(report);
    return {};
  }
  Result<HeartbeatAnswer> heartbeat(const std::string& holds) const override {
    const std::scoped_lock lock(mutex_);
    held_.push_back(holds);
    beaten_.notify_all();
    if (deaf_to == "heartbeat") return fail("the head does not answer");
    return HeartbeatAnswer{.generation = generation(), .reboot = wish};
  }

  std::string generation() const { return plan::generation(wanted); }

  /// What each heartbeat said that the node holds, also those that did not arrive.
  std::vector<std::string> held() const {
    const std::scoped_lock lock(mutex_);
    return held_;
  }
  void wait_for_heartbeats(std::size_t count) const {
    std::unique_lock lock(mutex_);
    // A program that sends none must not keep the test for ever.
    beaten_.wait_for(lock, 20s, [&] { return held_.size() >= count; });
  }

  plan::Plan wanted;
  /// Why the node cannot read the plan.
  std::optional<std::string> unreadable;
  /// The plan's call fails.
  std::optional<Error> plan_error;
  std::chrono::seconds age{0};
  int renewals = 0;
  /// How often the plan was asked for.
  mutable int plans = 0;
  std::string wish;
  /// Reports of this stage, heartbeats or renewals do not arrive.
  std::string deaf_to;
  bool deaf_to_failures = false;
  mutable std::vector<NodeReport> told;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable beaten_;
  mutable std::vector<std::string> held_;
};

/// Every command ends with `status`.
class FakeRunner final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    ran.push_back(command.argv);
    if (on_run) on_run();
    return os::CommandResult{.status = status, .out = {}, .err = "it cannot be"};
  }
  int status = 0;
  std::vector<std::vector<std::string>> ran;
  std::function<void()> on_run;
};

class PlanFollowerTest : public testing::Test {
 protected:
  std::size_t told_of(const std::string& stage) const {
    return static_cast<std::size_t>(std::ranges::count(head_.told, stage, &NodeReport::stage));
  }

  void beat_for(std::chrono::seconds time) {
    for (const auto end = now_ + time; now_ < end; now_ += std::chrono::seconds(10)) {
      ASSERT_TRUE(follower_.beat());
    }
  }

  FollowerOptions options(std::chrono::milliseconds heartbeat) {
    return {.machine = machine_,
            .runner = runner_,
            .say = [this](const std::string& line) { said_.push_back(line); },
            .neighbour = [this] { return neighbour_; },
            .accelerators = [this] { return cards_; },
            .tick = [this](const task::Tick& tick) { ticks_.push_back(tick); },
            .heartbeat = heartbeat,
            .now = [this] { return now_; }};
  }

  /// A step that fails when `runner_` does.
  static plan::RunCommand grace() {
    return {.name = "grace", .check = {"has-grace"}, .run = {"give-grace"}};
  }
  void SetUp() override {
    machine_.programs["has-grace"] = [this](const auto&) {
      return has_grace_ ? runner_.status : 1;
    };
    machine_.programs["give-grace"] = [this](const auto&) {
      if (runner_.on_run) runner_.on_run();
      has_grace_ = has_grace_ || runner_.status == 0;
      return runner_.status;
    };
  }

  FakeHead head_;
  FakeRunner runner_;
  apply::Fake machine_;
  bool has_grace_ = false;
  std::vector<std::string> said_;
  std::optional<LldpNeighbour> neighbour_;
  std::optional<std::vector<Accelerator>> cards_;
  std::vector<task::Tick> ticks_;
  std::chrono::steady_clock::time_point now_;
  PlanFollower follower_{head_, options(10s)};
};

}  // namespace muster::agent
