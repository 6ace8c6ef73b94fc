// Parts that are tried again, and operations whose time is over.

#include "tests/unit/operations/operations_fixture.h"

namespace muster::operations {
namespace {

TEST_F(OperationsTest, a_node_is_given_its_next_try_without_asking_anew) {
  Wish again = wish({"a"});
  again.retries = 1;
  const std::string id = operations_->begin(again, now_).value();
  auto first = ask("a").get();
  ASSERT_TRUE(first && first->tasks.size() == 1);
  EXPECT_EQ(first->tasks[0].id, id);
  ASSERT_TRUE(tell("a", {.id = id, .has_ended = true, .status = 1, .out = "no"}));
  EXPECT_TRUE(operations_->find(id)->outputs.empty()) << "of the last try only";
  auto held = ask("a");
  EXPECT_TRUE(is_held(held)) << "it rests";
  pass(10'000);
  ASSERT_EQ(held.wait_for(kSoon), std::future_status::ready);
  const auto second = held.get();
  ASSERT_TRUE(second && second->tasks.size() == 1);
  EXPECT_EQ(second->tasks[0].id, id + "01");
  const auto stale = ask("a", {id, id + "01"}).get();
  ASSERT_TRUE(stale);
  EXPECT_EQ(stale->cancelled, std::vector<std::string>{id}) << "the node ends the first try";
  ASSERT_TRUE(tell("a", {.id = id + "01", .has_ended = true}));
  EXPECT_EQ(state(id, "a"), PartState::done);
}

TEST_F(OperationsTest, a_try_that_was_told_is_not_ended_once_more) {
  Wish again = wish({"a"});
  again.retries = 1;
  const std::string id = operations_->begin(again, now_).value();
  ASSERT_EQ(ask("a").get()->tasks.size(), 1U);
  auto held = ask("a", {id});
  ASSERT_TRUE(tell("a", {.id = id, .has_ended = true, .status = 1}));
  pass(1'000);
  EXPECT_TRUE(is_held(held)) << "it told of the end while it asked";
  pass(9'000);
  ASSERT_EQ(held.wait_for(kSoon), std::future_status::ready);
  const auto second = held.get();
  EXPECT_TRUE(second->cancelled.empty());
  EXPECT_EQ(second->tasks.size(), 1U);
}

TEST_F(OperationsTest, tries_go_on_after_a_restart_of_the_head) {
  Wish again = wish({"a"});
  again.retries = 2;
  again.deadline_s = 60;
  again.targets[0].obstacle = "is off";
  const std::string id = operations_->begin(again, now_).value();
  open();
  const Operation read = operations_->find(id).value();
  EXPECT_EQ(read.parts.at("a").tries, 1);
  EXPECT_EQ(read.retries, 2U);
  const auto offer = ask("a").get();
  ASSERT_TRUE(offer && offer->tasks.size() == 1);
  EXPECT_EQ(offer->tasks[0].id, id + "01");
  auto held = ask("a", {id + "01"});
  pass(60'000);
  ASSERT_EQ(held.wait_for(kSoon), std::future_status::ready);
  EXPECT_EQ(held.get()->cancelled, std::vector<std::string>{id + "01"}) << "the deadline";
}

TEST_F(OperationsTest, a_restart_is_not_tried_again) {
  Wish restart = wish({"a"});
  restart.kind = "reboot";
  restart.retries = 1;
  const auto begun = operations_->begin(restart, now_);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace muster::operations
