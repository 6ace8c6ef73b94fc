#include <format>

#include "tests/unit/provisioning/plan_follower_fixture.h"

namespace muster::agent {
namespace {

TEST_F(PlanFollowerTest, says_what_it_does_and_that_it_is_ready) {
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_EQ(head_.told.size(), 2U);
  EXPECT_EQ(head_.told[0].stage, "plan");
  EXPECT_EQ(head_.told[1].stage, "ready");
  EXPECT_EQ(head_.told[1].generation, plan::generation(head_.wanted));
  EXPECT_EQ(follower_.generation(), plan::generation(head_.wanted));
}

TEST_F(PlanFollowerTest, a_plan_with_many_changes_is_no_flood_on_the_console) {
  for (std::uint32_t i = 0; i < 100; ++i) {
    head_.wanted.add(plan::EnsureGroup{.name = std::format("g-{}", i), .gid = 50000 + i});
  }
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_EQ(said_.size(), 32U);
  EXPECT_EQ(said_[29], "group g-29 (50029)");
  EXPECT_EQ(said_[30], "and 70 more changes");
  EXPECT_EQ(said_[31], "ready");
}

TEST_F(PlanFollowerTest, a_heartbeat_applies_nothing_while_the_head_wants_the_same) {
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("plan"), 1U);
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
  head_.wanted.add(grace());
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.told[2].stage, "plan");
  EXPECT_EQ(head_.told[2].failure, "");
  EXPECT_EQ(head_.told[2].accelerators, std::vector<Accelerator>());
}

TEST_F(PlanFollowerTest, services_have_a_tick_with_each_heartbeat_while_the_plan_holds) {
  cards_ = std::vector<Accelerator>();
  ASSERT_TRUE(follower_.apply_plan());
  beat_for(std::chrono::minutes(1));
  ASSERT_EQ(ticks_.size(), 6U);
  EXPECT_TRUE(ticks_.front().has_other_cards) << "the head knew of none";
  EXPECT_FALSE(ticks_.back().has_other_cards);
  EXPECT_EQ(ticks_.back().now - ticks_.front().now, std::chrono::seconds(50));
  cards_ = {{.address = "0000:3b:00.0", .vendor = 0x10de}};
  beat_for(std::chrono::seconds(20));
  const auto others = std::ranges::count_if(ticks_, &task::Tick::has_other_cards);
  EXPECT_EQ(others, 2) << "once for each change";
  const std::size_t before = ticks_.size();
  head_.wanted.add(grace());
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(ticks_.size(), before) << "the plan does not hold";
}

TEST_F(PlanFollowerTest, what_somebody_changed_is_put_right_within_minutes_and_told) {
  const std::string file = "/etc/resolv.conf";
  const auto text = [&] { return machine_.files().read(file).value(); };
  head_.wanted.add(plan::WriteFile{.path = file, .content = "nameserver 10.42.0.1\n"});
  ASSERT_TRUE(follower_.apply_plan());
  ASSERT_TRUE(machine_.files().write(file, "nameserver 192.0.2.1\n", {}));
  now_ += std::chrono::minutes(7);
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(text(), "nameserver 192.0.2.1\n") << "not at every heartbeat";
  now_ += std::chrono::minutes(6);
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(text(), "nameserver 10.42.0.1\n");
  EXPECT_EQ(head_.told.back().stage, "ready");
  ASSERT_EQ(head_.told.back().drift.size(), 1U);
  EXPECT_TRUE(head_.told.back().drift[0].starts_with("write " + file))
      << head_.told.back().drift[0];
}

TEST(KeptVolume, is_told_once_and_taken_back_soon_after_nobody_uses_it) {
  const auto root = os::TemporaryDirectory::make();
  FakeHead head;
  apply::Fake machine;
  machine.system.busy = {"/s"};
  FakeRunner programs;
  std::chrono::steady_clock::time_point now{};
  PlanFollower follower(head,
                        {.machine = machine,
                         .runner = programs,
                         .record = root->path() / "record",
                         .say = [](const std::string&) {},
                         .neighbour = [] { return std::optional<LldpNeighbour>(); },
                         .accelerators = [] { return std::optional<std::vector<Accelerator>>(); },
                         .now = [&] { return now; }});
  head.wanted.add(plan::MountFileSystem{.source = "head:/s", .target = "/s", .type = "nfs4"});
  ASSERT_TRUE(follower.apply_plan());
  ASSERT_TRUE(machine.system.mounts.contains("/s"));
  head.wanted = {};
  ASSERT_TRUE(follower.beat());
  EXPECT_EQ(head.told.back().stage, "ready") << "a job that goes on is no failure";
  ASSERT_EQ(head.told.back().kept.size(), 1U);
  EXPECT_TRUE(head.told.back().kept[0].contains("busy"));
  const std::size_t told = head.told.size();
  now += 2min;
  ASSERT_TRUE(follower.beat());
  EXPECT_EQ(head.told.size(), told) << "the head knows it";
  machine.system.busy.clear();
  now += 2min;
  ASSERT_TRUE(follower.beat());
  EXPECT_FALSE(machine.system.mounts.contains("/s"));
}

TEST_F(PlanFollowerTest, a_plan_that_still_holds_is_looked_at_without_a_word) {
  ASSERT_TRUE(follower_.apply_plan());
  const std::size_t told = head_.told.size();
  now_ += std::chrono::hours(1);
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.size(), told);
}

TEST_F(PlanFollowerTest, heartbeats_go_on_while_a_step_takes_long) {
  PlanFollower follower(head_, options(1ms));
  ASSERT_TRUE(follower.apply_plan());
  head_.wanted.add(grace());
  runner_.on_run = [this] { head_.wait_for_heartbeats(head_.held().size() + 3); };
  ASSERT_TRUE(follower.apply_plan());
  EXPECT_GE(head_.held().size(), 3U);
  EXPECT_EQ(head_.held(), std::vector<std::string>(head_.held().size(), "")) << "none holds then";
  EXPECT_EQ(follower.generation(), head_.generation());
}

TEST_F(PlanFollowerTest, a_plan_holds_though_no_heartbeat_beside_it_arrives) {
  PlanFollower follower(head_, options(1ms));
  head_.wanted.add(grace());
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
  head_.wanted.add(grace());
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
