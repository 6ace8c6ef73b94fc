#include <gtest/gtest.h>

#include "tests/unit/provisioning/registry_fixture.h"

namespace muster::provisioning {
namespace {

class RebootWishTest : public RegistryTest {
 protected:
  Status ask(std::initializer_list<const char*> names) {
    const std::vector<std::string> all(names.begin(), names.end());
    return registry_->reboots().ask(all, "asked for by ada", now_);
  }

  /// What the node is told with a heartbeat; empty without a wish.
  std::string told(const std::string& name) {
    const auto node = beat(registry_->find(name)->id, now_);
    EXPECT_TRUE(node) << node.error().text();
    return node && node->reboot ? node->reboot->id : "";
  }

  /// Texts of this kind on a node's timeline.
  std::vector<std::string> noted(const std::string& name, std::string_view kind) {
    std::vector<std::string> texts;
    const auto events = store_->events(registry_->find(name)->id, 100);
    for (const auto& event : events.value()) {
      if (event.kind == kind) texts.push_back(event.text);
    }
    return texts;
  }
};

TEST_F(RebootWishTest, is_told_with_every_heartbeat_until_the_node_boots_again) {
  bring_up(1);
  EXPECT_EQ(told("n001"), "");
  ASSERT_TRUE(ask({"n001"}));
  const std::string wish = told("n001");
  EXPECT_EQ(wish.size(), 16U);
  EXPECT_EQ(told("n001"), wish) << "an answer may be lost";
  EXPECT_EQ(noted("n001", "reboot"), std::vector<std::string>{"asked for by ada"});
  const std::string id = registry_->find("n001")->id;
  ASSERT_TRUE(tell(id, {.stage = "stopping"}));
  bring_up(1);
  EXPECT_EQ(told("n001"), "") << "one wish is one reboot";
}

TEST_F(RebootWishTest, outlives_a_restart_of_the_daemon_and_is_not_brought_back_by_one) {
  bring_up(1);
  ASSERT_TRUE(ask({"n001"}));
  const std::string wish = told("n001");
  open();
  EXPECT_EQ(told("n001"), wish);
  ASSERT_TRUE(tell(registry_->find("n001")->id, {.stage = "stopping"}));
  bring_up(1);
  open();
  EXPECT_EQ(told("n001"), "");
}

TEST_F(RebootWishTest, that_is_made_twice_is_one) {
  bring_up(1);
  ASSERT_TRUE(ask({"n001"}));
  const std::string wish = told("n001");
  ASSERT_TRUE(ask({"n001"}));
  EXPECT_EQ(told("n001"), wish);
  EXPECT_EQ(noted("n001", "reboot").size(), 1U);
}

TEST_F(RebootWishTest, names_every_node_that_is_not_up_and_then_asks_none) {
  bring_up(1);
  const Node off = bring_up(2);
  boot(3);
  ASSERT_TRUE(tell(off.id, {.stage = "stopping"}));
  const Status asked = ask({"n001", "n002", "n003", "n009"});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().message,
            "cannot reboot what is not up: n003 is booting; n009 is not known; n002 is off");
  EXPECT_EQ(told("n001"), "");
}

TEST_F(RebootWishTest, is_heard_by_a_node_whose_plan_failed_but_not_by_a_lost_one) {
  const Node node = bring_up(1);
  ASSERT_TRUE(tell(node.id, {.stage = "plan", .failure = "no disk"}));
  ASSERT_TRUE(ask({"n001"}));
  EXPECT_EQ(registry_->find("n001")->stage, "plan") << "why it failed stays to be seen";
  EXPECT_NE(told("n001"), "");
  bring_up(2);
  pass(61'000);
  tick(now_);
  EXPECT_EQ(ask({"n002"}).error().message, "cannot reboot what is not up: n002 failed at 'lost'");
}

TEST_F(RebootWishTest, is_taken_back_when_the_node_does_not_reboot) {
  const Node node = bring_up(1);
  ASSERT_TRUE(ask({"n001"}));
  EXPECT_EQ(registry_->find("n001")->stage, "reboot");
  for (int heartbeats = 0; heartbeats < 30; ++heartbeats) {
    pass(10'000);
    ASSERT_TRUE(beat(node.id, now_));
    tick(now_);
  }
  EXPECT_EQ(told("n001"), "") << "nobody expects it any more, and jobs may run there";
  EXPECT_EQ(registry_->find("n001")->stage, "ready");
  EXPECT_EQ(noted("n001", "reboot").back(),
            "did not reboot within 300 s of being asked, and is not expected to any more");
}

TEST_F(RebootWishTest, keeps_its_time_when_the_heads_clock_is_set) {
  bring_up(1);
  ASSERT_TRUE(ask({"n001"}));
  for (const std::int64_t step : {3'600'000, -7'200'000}) {
    now_.wall_ms += step;
    tick(now_);
    EXPECT_NE(told("n001"), "") << step;
  }
  pass(300'000);
  tick(now_);
  EXPECT_EQ(told("n001"), "");
}

}  // namespace
}  // namespace muster::provisioning
