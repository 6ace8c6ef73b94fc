#include "tests/unit/provisioning/plan_follower_fixture.h"

namespace muster::agent {
namespace {

class PlanFollowerFailuresTest : public PlanFollowerTest {};

TEST_F(PlanFollowerFailuresTest,
       a_head_that_was_away_when_the_plan_held_is_told_at_the_next_heartbeat) {
  ASSERT_TRUE(follower_.apply_plan());
  head_.wanted.add(grace());
  head_.deaf_to = "ready";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 1U);
  head_.deaf_to.clear();
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 2U);
  EXPECT_EQ(head_.told.back().generation, plan::generation(head_.wanted));
  EXPECT_EQ(head_.plans, 2) << "the plan is not applied for that";
}

TEST_F(PlanFollowerFailuresTest,
       a_head_that_was_away_when_the_plan_failed_is_told_at_the_next_heartbeat) {
  head_.wanted.add(grace());
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

TEST_F(PlanFollowerFailuresTest, a_plan_that_another_one_broke_is_applied_again) {
  ASSERT_TRUE(follower_.beat());
  head_.wanted.add(grace());
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_TRUE(follower_.beat());
  EXPECT_EQ(head_.held().back(), "") << "some of its steps may have been done";
  head_.wanted = {};
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.plans, 3);
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerFailuresTest, a_step_that_fails_is_named_and_tried_again) {
  head_.wanted.add(grace());
  runner_.status = 1;
  EXPECT_FALSE(follower_.apply_plan());
  EXPECT_NE(head_.told.back().failure.find("grace"), std::string::npos);
  EXPECT_EQ(follower_.generation(), "");
  runner_.status = 0;
  now_ += 2s;
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerFailuresTest,
       a_plan_that_fails_is_tried_again_with_growing_pauses_and_the_node_beats_on) {
  head_.wanted.add(grace());
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

TEST_F(PlanFollowerFailuresTest, another_plan_is_tried_at_once) {
  head_.wanted.add(grace());
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  EXPECT_TRUE(follower_.beat()) << "the plan rests";
  EXPECT_EQ(head_.plans, 1);
  head_.wanted = {};
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerFailuresTest, a_node_whose_plan_rests_never_says_that_it_is_ready) {
  head_.wanted.add(grace());
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  neighbour_ = LldpNeighbour{.system = "switch", .port = "7"};
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(told_of("ready"), 0U);
}

TEST_F(PlanFollowerFailuresTest, a_node_that_enrols_anew_tries_its_plan_at_once) {
  head_.wanted.add(grace());
  runner_.status = 1;
  EXPECT_FALSE(follower_.beat());
  runner_.status = 0;
  follower_.forget_plan();
  ASSERT_TRUE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "ready");
}

TEST_F(PlanFollowerFailuresTest, a_plan_that_it_cannot_read_is_told_and_the_old_one_stays) {
  ASSERT_TRUE(follower_.apply_plan());
  const std::string held = head_.generation();
  head_.wanted.add(grace());
  head_.unreadable = "this node's agent does not know step 'bond'";
  EXPECT_FALSE(follower_.beat());
  EXPECT_EQ(head_.told.back().stage, "plan");
  EXPECT_EQ(head_.told.back().failure, "this node's agent does not know step 'bond'");
  EXPECT_EQ(head_.told.back().generation, head_.generation());
  EXPECT_TRUE(follower_.beat());
  EXPECT_EQ(head_.held().back(), held);
  EXPECT_EQ(head_.plans, 2) << "it rests";
}

TEST_F(PlanFollowerFailuresTest, an_answer_without_a_plan_is_told_and_a_head_that_is_away_is_not) {
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

TEST_F(PlanFollowerFailuresTest, what_cannot_be_put_right_is_told_as_a_failure_and_tried_again) {
  head_.wanted.add(grace());
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

}  // namespace
}  // namespace muster::agent
