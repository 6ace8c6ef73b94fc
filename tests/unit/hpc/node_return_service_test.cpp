#include "hpc/node_return_service.h"

#include <gtest/gtest.h>

namespace muster::hpc {
namespace {

class NodeReturnServiceTest : public testing::Test {
 protected:
  void tick(bool has_other_cards = false) {
    last_ = service_.tick({.now = now_, .has_other_cards = has_other_cards});
    now_ += std::chrono::seconds(10);
  }
  void tick_for(std::chrono::minutes time) {
    for (const auto end = now_ + time; now_ < end;) tick();
  }

  int asked_ = 0;
  bool waits_ = false;
  bool answers_ = true;
  Status last_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
  NodeReturnService service_{[this] {
                               ++asked_;
                               return answers_ ? Result<bool>(waits_) : fail("no answer");
                             },
                             [] { return std::chrono::minutes(4); }};
};

TEST_F(NodeReturnServiceTest, asks_for_some_minutes_after_the_cards_changed) {
  tick();
  EXPECT_EQ(asked_, 1) << "a node without cards, which may have been drained for its restart";
  tick(true);
  tick_for(std::chrono::minutes(10));
  EXPECT_EQ(asked_, 19) << "three minutes of heartbeats";
  tick_for(std::chrono::minutes(20));
  EXPECT_EQ(asked_, 20) << "the head may have been late";
}

TEST_F(NodeReturnServiceTest, asks_each_minute_while_slurmctld_waits_for_a_job) {
  waits_ = true;
  tick_for(std::chrono::hours(2));
  EXPECT_EQ(asked_, 120);
  answers_ = false;
  tick_for(std::chrono::minutes(10));
  EXPECT_EQ(asked_, 130) << "one that does not answer is asked again";
  EXPECT_FALSE(last_) << "also the tick that did not ask: it is one failure, which is said once";
  answers_ = true;
  waits_ = false;
  tick_for(std::chrono::minutes(10));
  EXPECT_EQ(asked_, 131);
}

TEST_F(NodeReturnServiceTest, tells_why_nobody_could_be_asked) {
  answers_ = false;
  tick();
  ASSERT_FALSE(last_);
  EXPECT_EQ(last_.error().message, "no answer");
}

}  // namespace
}  // namespace muster::hpc
