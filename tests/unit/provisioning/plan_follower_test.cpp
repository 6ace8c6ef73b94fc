#include "provisioning/agent/plan_follower.h"

#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>

#include "core/os/files.h"
#include "core/plan/plan.h"

namespace muster::agent {
namespace {

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

  void beat_for(std::chrono::minutes time) {
    for (const auto end = now_ + time; now_ < end; now_ += std::chrono::seconds(10)) {
      ASSERT_TRUE(follower_.beat());
    }
  }

  FollowerOptions options(std::chrono::milliseconds heartbeat) {
    return {.runner = runner_,
            .say = [this](const std::string& line) { said_.push_back(line); },
            .neighbour = [this] { return neighbour_; },
            .accelerators = [this] { return cards_; },
            .return_to_work =
                [this] {
                  ++asked_;
                  return scheduler_answers_ ? Result<bool>(scheduler_waits_) : fail("no answer");
                },
            .heartbeat = heartbeat,
            .now = [this] { return now_; }};
  }

  FakeHead head_;
  FakeRunner runner_;
  std::vector<std::string> said_;
  std::optional<LldpNeighbour> neighbour_;
  std::optional<std::vector<Accelerator>> cards_;
  int asked_ = 0;
  bool scheduler_waits_ = false;
  bool scheduler_answers_ = true;
  std::chrono::steady_clock::time_point now_;
  PlanFollower follower_{head_, options(10s)};
};

TEST_F(PlanFollowerTest, says_what_it_does_and_that_it_is_ready) {
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_EQ(head_.told.size(), 2U);
  EXPECT_EQ(head_.told[0].stage, "plan");
  EXPECT_EQ(head_.told[1].stage, "ready");
  EXPECT_EQ(head_.told[1].generation, plan::generation(head_.wanted));
  EXPECT_EQ(follower_.generation(), plan::generation(head_.wanted));
}

TEST_F(PlanFollowerTest, a_heartbeat_applies_nothing_while_the_head_wants_the_same) {
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("plan"), 1U);
}

TEST_F(PlanFollowerTest, a_head_that_was_away_when_the_plan_held_is_told_at_the_next_heartbeat) {
  ASSERT_TRUE(follower_.apply_plan());
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  head_.deaf_to = "ready";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 1U);
  head_.deaf_to.clear();
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 2U);
  EXPECT_EQ(head_.told.back().generation, plan::generation(head_.wanted));
  EXPECT_EQ(head_.plans, 2) << "the plan is not applied for that";
}

TEST_F(PlanFollowerTest, a_head_that_was_away_when_the_plan_failed_is_told_at_the_next_heartbeat) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  head_.deaf_to_failures = true;
  EXPECT_FALSE(follower_.beat());
  EXPECT_FALSE(follower_.beat()) << "the head is deaf";
  EXPECT_EQ(told_of("plan"), 1U) << "that it began";
  head_.deaf_to_failures = false;
  EXPECT_TRUE(follower_.beat());
  EXPECT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("plan"), 2U);
  EXPECT_TRUE(head_.told.back().failure.contains("grace"));
  EXPECT_EQ(head_.plans, 1) << "it is not applied for that";
}

TEST_F(PlanFollowerTest, a_plan_that_another_one_broke_is_applied_again) {
  ASSERT_TRUE(follower_.beat());
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_TRUE(follower_.beat());
  EXPECT_EQ(head_.held().back(), "") << "some of its steps may have been done";
  head_.wanted = {};
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.plans, 3);
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerTest, a_step_that_fails_is_named_and_tried_again) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.apply_plan());
  EXPECT_NE(head_.told.back().failure.find("grace"), std::string::npos);
  EXPECT_EQ(follower_.generation(), "");
  runner_.status = 0;
  now_ += 2s;
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerTest, an_old_certificate_is_renewed_whatever_becomes_of_the_plan) {
  head_.age = std::chrono::hours(124);
  head_.deaf_to = "plan";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.renewals, 1);
}

TEST_F(PlanFollowerTest, a_certificate_is_renewed_though_the_head_takes_no_heartbeat) {
  head_.age = std::chrono::hours(124);
  head_.deaf_to = "heartbeat";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.renewals, 1);
}

TEST_F(PlanFollowerTest, a_renewal_that_fails_rests_before_the_next_try) {
  head_.age = std::chrono::hours(124);
  head_.deaf_to = "renew";
  EXPECT_FALSE(follower_.beat());
  EXPECT_TRUE(follower_.beat()) << "the heartbeat is not a failure";
  EXPECT_EQ(head_.renewals, 1);
  head_.deaf_to.clear();
  now_ += 16s;
  EXPECT_TRUE(follower_.beat());
  EXPECT_EQ(head_.renewals, 2);
}

TEST_F(PlanFollowerTest,
       a_plan_that_fails_is_tried_again_with_growing_pauses_and_the_node_beats_on) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  for (const auto end = now_ + 1h; now_ < end; now_ += 10s) {
    const auto beaten = follower_.beat();
    EXPECT_TRUE(beaten || beaten.error().text().contains("grace"));
  }
  EXPECT_EQ(head_.held().size(), 360U);
  // Without random parts some 1 + 8 + 11 tries; each pause is up to half as long again.
  EXPECT_GE(head_.plans, 12);
  EXPECT_LE(head_.plans, 21);
}

TEST_F(PlanFollowerTest, another_plan_is_tried_at_once) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_TRUE(follower_.beat()) << "the plan rests";
  EXPECT_EQ(head_.plans, 1);
  head_.wanted = {};
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerTest, a_node_whose_plan_rests_never_says_that_it_is_ready) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  neighbour_ = LldpNeighbour{.system = "switch", .port = "7"};
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 0U);
}

TEST_F(PlanFollowerTest, a_node_that_enrols_anew_tries_its_plan_at_once) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  runner_.status = 0;
  follower_.forget_plan();
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerTest, a_plan_that_it_cannot_read_is_told_and_the_old_one_stays) {
  ASSERT_TRUE(follower_.apply_plan());
  const std::string held = head_.generation();
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  head_.unreadable = "this node's agent does not know step 'bond'";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "plan");
  EXPECT_EQ(head_.told.back().failure, "this node's agent does not know step 'bond'");
  EXPECT_EQ(head_.told.back().generation, head_.generation());
  EXPECT_TRUE(follower_.beat());
  EXPECT_EQ(head_.held().back(), held);
  EXPECT_EQ(head_.plans, 2) << "it rests";
}

TEST_F(PlanFollowerTest, an_answer_without_a_plan_is_told_and_a_head_that_is_away_is_not) {
  head_.plan_error = Error{.message = "it is no JSON", .hint = {}, .kind = ErrorKind::invalid};
  EXPECT_FALSE(follower_.beat());
  ASSERT_EQ(head_.told.size(), 1U);
  EXPECT_EQ(head_.told.back().failure, "it is no JSON");
  head_.plan_error = Error{.message = "no answer", .hint = {}, .kind = ErrorKind::world};
  now_ += 2s;
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.told.size(), 1U);
  head_.plan_error.reset();
  ASSERT_TRUE(follower_.beat()) << "the next heartbeat tries again";
}

TEST_F(PlanFollowerTest, a_heartbeat_says_what_the_node_holds) {
  ASSERT_TRUE(follower_.beat());
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.held(), (std::vector<std::string>{"", head_.generation()}));
}

TEST_F(PlanFollowerTest, a_switch_port_that_is_heard_later_is_told_once) {
  ASSERT_TRUE(follower_.apply_plan());
  neighbour_ = LldpNeighbour{.system = "switch", .port = "7"};
  ASSERT_TRUE(follower_.beat());
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 2U);
  EXPECT_EQ(head_.told.back().neighbour, neighbour_);
}

TEST_F(PlanFollowerTest, accelerators_whose_driver_comes_later_are_told_once) {
  ASSERT_TRUE(follower_.apply_plan());
  EXPECT_EQ(head_.told.back().accelerators, std::nullopt);
  cards_ = {{.address = "0000:3b:00.0", .vendor = 0x10de}};
  ASSERT_TRUE(follower_.beat());
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 2U);
  EXPECT_EQ(head_.told.back().accelerators, cards_);
}

TEST_F(PlanFollowerTest, a_card_that_is_gone_is_told_before_the_plan_is_applied) {
  cards_ = {{.address = "0000:3b:00.0", .vendor = 0x10de}};
  ASSERT_TRUE(follower_.apply_plan());
  cards_ = std::vector<Accelerator>();
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.told[2].stage, "plan");
  EXPECT_EQ(head_.told[2].failure, "");
  EXPECT_EQ(head_.told[2].accelerators, std::vector<Accelerator>());
}

TEST_F(PlanFollowerTest, the_scheduler_is_asked_for_some_minutes_after_cards_were_told) {
  cards_ = std::vector<Accelerator>();
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(asked_, 0) << "a node without cards";
  cards_ = {{.address = "0000:3b:00.0", .vendor = 0x10de}};
  beat_for(std::chrono::minutes(10));
  EXPECT_EQ(asked_, 17) << "three minutes of heartbeats";
  beat_for(std::chrono::minutes(20));
  EXPECT_EQ(asked_, 18) << "the head may have been late";
  cards_ = std::vector<Accelerator>();
  beat_for(std::chrono::minutes(1));
  EXPECT_GT(asked_, 20) << "the last card is gone, and the scheduler may think that jobs use it";
}

TEST_F(PlanFollowerTest, the_scheduler_is_asked_each_minute_while_it_waits_for_a_job_with_cards) {
  cards_ = {{.address = "0000:3b:00.0", .vendor = 0x10de}};
  ASSERT_TRUE(follower_.apply_plan());
  scheduler_waits_ = true;
  beat_for(std::chrono::minutes(4));
  const int asked = asked_;
  beat_for(std::chrono::hours(2));
  EXPECT_EQ(asked_ - asked, 120);
  scheduler_answers_ = false;
  beat_for(std::chrono::minutes(10));
  EXPECT_EQ(asked_ - asked, 130) << "one that does not answer is asked again";
  scheduler_answers_ = true;
  scheduler_waits_ = false;
  beat_for(std::chrono::minutes(10));
  EXPECT_EQ(asked_ - asked, 131);
}

TEST_F(PlanFollowerTest, what_somebody_changed_is_put_right_within_minutes_and_told) {
  const auto directory = os::TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  const std::string file = directory->path() / "resolv.conf";
  head_.wanted.add(plan::WriteFile{.path = file, .content = "nameserver 10.42.0.1\n"});
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_TRUE(os::write_file(file, "nameserver 192.0.2.1\n"));
  now_ += std::chrono::minutes(7);
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(os::read_file(file).value(), "nameserver 192.0.2.1\n") << "not at every heartbeat";
  now_ += std::chrono::minutes(6);
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(os::read_file(file).value(), "nameserver 10.42.0.1\n");
  EXPECT_EQ(head_.told.back().stage, "ready");
  ASSERT_EQ(head_.told.back().drift.size(), 1U);
  EXPECT_TRUE(head_.told.back().drift[0].starts_with("write " + file))
      << head_.told.back().drift[0];
}

TEST_F(PlanFollowerTest, a_plan_that_still_holds_is_looked_at_without_a_word) {
  ASSERT_TRUE(follower_.apply_plan());
  const std::size_t told = head_.told.size();
  now_ += std::chrono::hours(1);
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.size(), told);
}

TEST_F(PlanFollowerTest, what_cannot_be_put_right_is_told_as_a_failure_and_tried_again) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  ASSERT_TRUE(follower_.apply_plan());
  runner_.status = 1;
  now_ += std::chrono::hours(1);
  EXPECT_FALSE(follower_.beat());
  EXPECT_TRUE(head_.told.back().failure.contains("grace"));
  EXPECT_EQ(follower_.generation(), "");
  runner_.status = 0;
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "plan") << "it rests first";
  now_ += 2s;
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerTest, heartbeats_go_on_while_a_step_takes_long) {
  PlanFollower follower(head_, options(1ms));
  ASSERT_TRUE(follower.apply_plan());
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.on_run = [this] { head_.wait_for_heartbeats(head_.held().size() + 3); };
  ASSERT_TRUE(follower.apply_plan());
  EXPECT_GE(head_.held().size(), 3U);
  EXPECT_EQ(head_.held(), std::vector<std::string>(head_.held().size(), "")) << "none holds then";
  EXPECT_EQ(follower.generation(), head_.generation());
}

TEST_F(PlanFollowerTest, a_plan_holds_though_no_heartbeat_beside_it_arrives) {
  PlanFollower follower(head_, options(1ms));
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  head_.deaf_to = "heartbeat";
  runner_.on_run = [this] { head_.wait_for_heartbeats(1); };
  ASSERT_TRUE(follower.apply_plan());
  EXPECT_TRUE(std::ranges::contains(said_, "head: the head does not answer"));
}

const std::vector<std::string> kReboot = {"systemctl", "reboot"};

TEST_F(PlanFollowerTest, reboots_once_for_one_wish_however_often_it_is_told) {
  ASSERT_TRUE(follower_.apply_plan());
  head_.wish = "a1";
  ASSERT_TRUE(follower_.beat());
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(std::ranges::count(runner_.ran, kReboot), 1);
  head_.wish.clear();
  ASSERT_TRUE(follower_.beat());
  head_.wish = "a2";
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(std::ranges::count(runner_.ran, kReboot), 2) << "this is another wish";
}

TEST_F(PlanFollowerTest, reboots_before_it_has_a_plan_that_holds) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  runner_.status = 0;
  head_.wish = "a1";
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(runner_.ran.back(), kReboot);
}

TEST_F(PlanFollowerTest, tells_why_it_cannot_reboot_and_goes_on) {
  ASSERT_TRUE(follower_.apply_plan());
  head_.wish = "a1";
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "reboot");
  EXPECT_NE(head_.told.back().failure.find("it cannot be"), std::string::npos);
  runner_.status = 0;
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
  EXPECT_EQ(std::ranges::count(runner_.ran, kReboot), 1);
}

}  // namespace
}  // namespace muster::agent
