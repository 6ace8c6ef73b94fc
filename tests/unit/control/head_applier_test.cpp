#include "control/head_applier.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

using Cause = ApplyPace::Cause;

class HeadApplierTest : public testing::Test {
 protected:
  /// The helper's end of the newest connection; none while no helper runs.
  Result<os::Handle> connect() {
    ++connections_;
    if (!helper_runs_) return fail("cannot connect to the helper");
    auto pair = os::make_socket_pair();
    if (!pair) return std::unexpected(pair.error());
    helper_.emplace(std::move(pair->second));
    return std::move(pair->first);
  }
  void publish(const std::string& plan, state::Revision revision, Cause cause = Cause::decision) {
    applier_.plan_is({.plan = plan, .revision = revision, .cause = cause}, now_ms_);
  }
  Status step() { return applier_.step({.wall_ms = 1'000'000 + now_ms_, .steady_ms = now_ms_}); }
  /// The helper answers the newest connection, and the applier reads it.
  void answer(const std::string& report) {
    ASSERT_TRUE(helper_);
    ASSERT_TRUE(helper_->send_line(report, os::in(std::chrono::seconds(5))));
    ASSERT_TRUE(step());
  }
  void succeed() { answer(R"({"succeeded": true, "steps": []})"); }
  void fail_a_step() { answer(R"({"succeeded": false, "steps": []})"); }

  bool helper_runs_ = true;
  int connections_ = 0;
  std::int64_t now_ms_ = 0;
  std::optional<os::LineChannel> helper_;
  /// What was told of reports.
  std::vector<std::string> told_;
  HeadApplier applier_{
      [this] { return connect(); },
      [this](const nlohmann::json& report, state::Revision revision) {
        told_.push_back(std::format("{} {}", revision, report.dump().contains("true")));
      }};
};

TEST_F(HeadApplierTest, tells_what_the_helper_did_with_what_the_plan_had_for_sure) {
  using Texts = std::vector<std::string>;
  publish("a", 7);
  ASSERT_TRUE(step());
  EXPECT_EQ(told_, Texts());
  publish("b", 9);
  fail_a_step();
  EXPECT_EQ(told_, Texts{"7 false"}) << "the helper may not have read the other plan";
  ASSERT_TRUE(step());
  succeed();
  EXPECT_EQ(told_, (Texts{"7 false", "9 true"}));
  publish("b", 11);
  EXPECT_EQ(told_, (Texts{"7 false", "9 true", "11 true"})) << "the plan is the same, and done";
  publish("c", 12);
  EXPECT_EQ(told_.size(), 3U);
}

TEST_F(HeadApplierTest, asks_for_nothing_before_there_is_a_plan) {
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 0);
  EXPECT_FALSE(applier_.delay(1'000'000));
}

TEST_F(HeadApplierTest, a_decision_is_tried_when_the_helper_answers) {
  publish("a", 7);
  ASSERT_TRUE(step());
  EXPECT_TRUE(applier_.is_at_work());
  EXPECT_EQ(applier_.tried(), 0U);
  EXPECT_FALSE(applier_.succeeded());
  succeed();
  EXPECT_FALSE(applier_.is_at_work());
  EXPECT_EQ(applier_.tried(), 7U);
  EXPECT_TRUE(applier_.succeeded());
  EXPECT_FALSE(applier_.delay(1'000'000));
}

TEST_F(HeadApplierTest, a_plan_that_failed_is_tried_as_well) {
  publish("a", 7);
  ASSERT_TRUE(step());
  fail_a_step();
  EXPECT_EQ(applier_.tried(), 7U);
  EXPECT_FALSE(applier_.succeeded());
}

TEST_F(HeadApplierTest, who_waits_for_a_user_does_not_wait_for_what_came_since) {
  publish("a", 7);
  ASSERT_TRUE(step());
  publish("b", 9);
  succeed();
  EXPECT_EQ(applier_.tried(), 7U);
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 2) << "the newer plan is asked for at once";
  succeed();
  EXPECT_EQ(applier_.tried(), 9U);
}

TEST_F(HeadApplierTest, a_plan_that_came_back_while_the_helper_worked_is_asked_for_again) {
  publish("a", 7);
  ASSERT_TRUE(step());
  publish("b", 8);
  publish("a", 9);
  succeed();
  EXPECT_EQ(applier_.tried(), 7U) << "the helper may have read the other plan";
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 2);
  succeed();
  EXPECT_EQ(applier_.tried(), 9U);
}

TEST_F(HeadApplierTest, an_answer_that_is_no_report_is_a_failure) {
  for (const char* const text : {"7", "[]", "{", R"({"succeeded": 7, "steps": [7]})"}) {
    publish(text, 7);
    ASSERT_TRUE(step());
    answer(text);
    EXPECT_FALSE(applier_.is_at_work());
    EXPECT_EQ(applier_.tried(), 7U);
  }
}

TEST_F(HeadApplierTest, a_decision_that_changes_nothing_of_a_plan_that_holds_is_tried_already) {
  publish("a", 7);
  ASSERT_TRUE(step());
  succeed();
  publish("a", 8);
  ASSERT_TRUE(step());
  EXPECT_EQ(applier_.tried(), 8U);
  EXPECT_EQ(connections_, 1);
}

TEST_F(HeadApplierTest, a_plan_that_fails_is_tried_again_with_growing_pauses) {
  publish("a", 7);
  std::vector<std::int64_t> asked;
  for (; now_ms_ < 200'000; now_ms_ += 1'000) {
    const int before = connections_;
    ASSERT_TRUE(step());
    if (connections_ == before) continue;
    asked.push_back(now_ms_);
    fail_a_step();
  }
  EXPECT_EQ(asked, (std::vector<std::int64_t>{0, 15'000, 45'000, 105'000, 165'000}));
}

TEST_F(HeadApplierTest, a_decision_ends_the_pause_after_a_failure) {
  publish("a", 7);
  ASSERT_TRUE(step());
  fail_a_step();
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 1);
  publish("a", 8);
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 2);
}

TEST_F(HeadApplierTest, a_helper_that_is_not_there_is_told_and_asked_again) {
  helper_runs_ = false;
  publish("a", 7);
  EXPECT_FALSE(step());
  EXPECT_EQ(applier_.delay(0), "cannot connect to the helper");
  now_ms_ = 14'999;
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 1);
  now_ms_ = 15'000;
  helper_runs_ = true;
  ASSERT_TRUE(step());
  succeed();
  EXPECT_FALSE(applier_.delay(now_ms_));
  EXPECT_EQ(applier_.tried(), 7U);
}

TEST_F(HeadApplierTest, a_helper_that_goes_away_without_an_answer_has_tried_nothing) {
  publish("a", 7);
  ASSERT_TRUE(step());
  helper_.reset();
  EXPECT_FALSE(step());
  EXPECT_FALSE(applier_.is_at_work());
  EXPECT_EQ(applier_.tried(), 0U);
}

TEST_F(HeadApplierTest, a_helper_that_works_for_minutes_is_told) {
  publish("a", 7);
  ASSERT_TRUE(step());
  EXPECT_FALSE(applier_.delay(239'999));
  EXPECT_EQ(applier_.delay(240'000), "the helper is at work for 240 s");
}

TEST_F(HeadApplierTest, a_plan_that_held_is_looked_at_again_and_what_was_put_right_is_told) {
  publish("a", 7);
  ASSERT_TRUE(step());
  answer(R"({"succeeded": true, "steps": [{"step": "file /a", "outcome": "changed"}]})");
  EXPECT_TRUE(applier_.drift().recent(1'000'000).empty()) << "it was new then";
  now_ms_ = 239'999;
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 1);
  now_ms_ = 240'000;
  ASSERT_TRUE(step());
  answer(
      R"({"succeeded": true, "steps": [{"step": "a", "outcome": "changed"}, {"step": "b", "outcome": "unchanged"}]})");
  EXPECT_EQ(applier_.drift().recent(1'240'000),
            (std::vector<Drift::Entry>{{.step = "a", .times = 1, .last_ms = 1'240'000}}));
}

TEST_F(HeadApplierTest, nodes_that_come_in_a_burst_are_taken_over_together) {
  publish("a", 7);
  ASSERT_TRUE(step());
  succeed();
  publish("b", 7, Cause::nodes);
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 1);
  now_ms_ = 3'000;
  ASSERT_TRUE(step());
  EXPECT_EQ(connections_, 2);
}

}  // namespace
}  // namespace muster::control
