#include "provisioning/sessions.h"

#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

class SessionsTest : public testing::Test {
 protected:
  Sessions::Secrets begin(const std::string& node) {
    return sessions_.begin(node, Ipv4Address{1}, 1000);
  }
  Sessions sessions_;
};

TEST_F(SessionsTest, is_found_by_its_node_its_secret_and_its_token) {
  const auto a = begin("a");
  const auto b = begin("b");
  EXPECT_EQ(sessions_.find(a.session)->node_id, "a");
  EXPECT_EQ(sessions_.find_by_token(b.token)->node_id, "b");
  EXPECT_EQ(sessions_.of_node("b"), sessions_.find(b.session));
}

TEST_F(SessionsTest, neither_secret_opens_what_the_other_does) {
  const auto secrets = begin("a");
  EXPECT_EQ(sessions_.find(secrets.token), nullptr);
  EXPECT_EQ(sessions_.find_by_token(secrets.session), nullptr);
  EXPECT_EQ(sessions_.find(""), nullptr);
  EXPECT_EQ(sessions_.find_by_token(""), nullptr);
}

TEST_F(SessionsTest, another_boot_makes_the_secrets_of_the_last_one_worthless) {
  const auto first = begin("a");
  sessions_.of_node("a")->redeemed = true;
  const auto second = begin("a");
  EXPECT_EQ(sessions_.find(first.session), nullptr);
  EXPECT_EQ(sessions_.find_by_token(first.token), nullptr);
  EXPECT_FALSE(sessions_.find(second.session)->redeemed);
}

TEST_F(SessionsTest, a_node_that_is_forgotten_has_none) {
  const auto secrets = begin("a");
  sessions_.forget("a");
  sessions_.forget("b");
  EXPECT_EQ(sessions_.find(secrets.session), nullptr);
  EXPECT_EQ(sessions_.find_by_token(secrets.token), nullptr);
  EXPECT_EQ(sessions_.of_node("a"), nullptr);
}

TEST_F(SessionsTest, times_move_with_the_clock) {
  begin("a");
  sessions_.clock_moved(-400);
  EXPECT_EQ(sessions_.of_node("a")->made_ms, 600);
  EXPECT_EQ(sessions_.of_node("a")->seen_ms, 600);
}

}  // namespace
}  // namespace muster::provisioning
