#include "provisioning/agent/plan_follower.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "core/plan/plan.h"

namespace muster::agent {
namespace {

using provisioning::Accelerator;
using provisioning::LldpNeighbour;
using provisioning::NodeReport;

/// A head that can be away for some calls and remembers what it was told.
class FakeHead final : public HeadLink {
 public:
  std::chrono::hours certificate_age() const override { return age; }
  Status renew() override {
    ++renewals;
    return {};
  }
  Result<GivenPlan> plan() const override { return GivenPlan{wanted, plan::generation(wanted)}; }
  Status report(const NodeReport& report) const override {
    if (report.stage == deaf_to) return fail("the head does not answer");
    told.push_back(report);
    return {};
  }
  Result<Wanted> heartbeat() const override {
    if (deaf_to == "heartbeat") return fail("the head does not answer");
    return Wanted{.generation = plan::generation(wanted), .reboot = wish};
  }

  plan::Plan wanted;
  std::chrono::hours age{0};
  int renewals = 0;
  std::string wish;
  /// Reports of this stage, or heartbeats, do not arrive.
  std::string deaf_to;
  mutable std::vector<NodeReport> told;
};

/// Every command ends with `status`.
class FakeRunner final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    ran.push_back(command.argv);
    return os::CommandResult{.status = status, .out = {}, .err = "it cannot be"};
  }
  int status = 0;
  std::vector<std::vector<std::string>> ran;
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

  FakeHead head_;
  FakeRunner runner_;
  std::optional<LldpNeighbour> neighbour_;
  std::optional<std::vector<Accelerator>> cards_;
  int asked_ = 0;
  bool scheduler_waits_ = false;
  bool scheduler_answers_ = true;
  PlanFollower follower_{head_,
                         {.runner = runner_,
                          .say = [](const std::string&) {},
                          .neighbour = [this] { return neighbour_; },
                          .accelerators = [this] { return cards_; },
                          .return_to_work =
                              [this] {
                                ++asked_;
                                return scheduler_answers_ ? Result<bool>(scheduler_waits_)
                                                          : fail("no answer");
                              },
                          .now = [this] { return now_; }}};
  std::chrono::steady_clock::time_point now_;
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
}

TEST_F(PlanFollowerTest, a_step_that_fails_is_named_and_tried_again) {
  head_.wanted.add(plan::EnsureGroup{.name = "grace", .gid = 10001});
  runner_.status = 1;
  EXPECT_FALSE(follower_.apply_plan());
  EXPECT_NE(head_.told.back().failure.find("grace"), std::string::npos);
  EXPECT_EQ(follower_.generation(), "");
  runner_.status = 0;
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerTest, an_old_certificate_is_renewed_whatever_becomes_of_the_plan) {
  head_.age = std::chrono::hours(112);
  head_.deaf_to = "plan";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.renewals, 1);
}

TEST_F(PlanFollowerTest, a_certificate_is_renewed_though_the_head_takes_no_heartbeat) {
  head_.age = std::chrono::hours(112);
  head_.deaf_to = "heartbeat";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.renewals, 1);
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
  runner_.status = 0;
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
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
